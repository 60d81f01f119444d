-- Roles. They belong to the cluster, so another database of it may have made them already.
DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['tausestack_app', 'tausestack_platform'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOINHERIT', wanted);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;
    END;
    IF NOT pg_has_role(current_user, wanted, 'MEMBER') THEN
      EXECUTE format('GRANT %I TO %I', wanted, current_user);
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', wanted);
  END LOOP;
END $$;
--> statement-breakpoint

-- Forced row-level security on a tenant table: the app role sees one tenant, the platform role all.
CREATE FUNCTION isolate_tenant_table(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format(
    'CREATE POLICY tenant ON %s TO tausestack_app
       USING (tenant_id = current_setting(''app.tenant_id'', true))
       WITH CHECK (tenant_id = current_setting(''app.tenant_id'', true))', target);
  EXECUTE format(
    'CREATE POLICY platform ON %s TO tausestack_platform USING (true) WITH CHECK (true)', target);
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION isolate_tenant_table(regclass) FROM PUBLIC;
--> statement-breakpoint

SELECT isolate_tenant_table(name::regclass) FROM unnest(ARRAY[
  'tenants', 'tenant_quotas', 'memories', 'tools', 'resources', 'api_keys', 'audit_entries',
  'usage_events', 'usage_hourly'
]) AS name;
--> statement-breakpoint

GRANT SELECT ON tenants TO tausestack_app;
--> statement-breakpoint
GRANT SELECT, UPDATE (used) ON tenant_quotas TO tausestack_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON memories, tools, resources, api_keys TO tausestack_app;
--> statement-breakpoint
GRANT SELECT, INSERT ON audit_entries TO tausestack_app;
--> statement-breakpoint
GRANT SELECT ON usage_events, usage_hourly TO tausestack_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE
  ON tenants, tenant_quotas, usage_hourly, operators, platform_keys TO tausestack_platform;
--> statement-breakpoint
GRANT SELECT, DELETE ON memories TO tausestack_platform;
--> statement-breakpoint
GRANT SELECT ON tools, resources TO tausestack_platform;
--> statement-breakpoint
GRANT SELECT, UPDATE (last_used_at) ON api_keys TO tausestack_platform;
--> statement-breakpoint
GRANT SELECT, INSERT, DELETE ON usage_events TO tausestack_platform;
--> statement-breakpoint
GRANT SELECT, INSERT ON audit_entries, platform_audit_entries TO tausestack_platform;
--> statement-breakpoint

-- Quotas: `used` moves with the rows, in their transaction; the quota row's lock makes it exact.
CREATE FUNCTION quota_take(tenant text, wanted text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  allowed bigint;
BEGIN
  UPDATE tenant_quotas SET used = used + 1
    WHERE tenant_id = tenant AND quota = wanted AND (maximum IS NULL OR used < maximum);
  IF FOUND THEN RETURN; END IF;
  SELECT maximum INTO STRICT allowed FROM tenant_quotas
    WHERE tenant_id = tenant AND quota = wanted;
  RAISE EXCEPTION 'quota % of % is used up', wanted, tenant
    USING ERRCODE = 'TS001', DETAIL = json_build_object('limit', wanted, 'value', allowed)::text;
END $$;
--> statement-breakpoint
CREATE FUNCTION quota_give_back(tenant text, wanted text) RETURNS void LANGUAGE sql AS $$
  UPDATE tenant_quotas SET used = greatest(used - 1, 0)
    WHERE tenant_id = tenant AND quota = wanted;
$$;
--> statement-breakpoint
CREATE FUNCTION count_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM quota_take(NEW.tenant_id, TG_ARGV[0]);
  ELSE
    PERFORM quota_give_back(OLD.tenant_id, TG_ARGV[0]);
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION count_dynamic_tool() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  was boolean := TG_OP <> 'INSERT' AND OLD.is_dynamic;
  becomes boolean := TG_OP <> 'DELETE' AND NEW.is_dynamic;
BEGIN
  IF becomes AND NOT was THEN
    PERFORM quota_take(NEW.tenant_id, 'max_dynamic_tools');
  ELSIF was AND NOT becomes THEN
    PERFORM quota_give_back(OLD.tenant_id, 'max_dynamic_tools');
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER count_row AFTER INSERT OR DELETE ON memories
  FOR EACH ROW EXECUTE FUNCTION count_row('max_memory_entries');
--> statement-breakpoint
CREATE TRIGGER count_row AFTER INSERT OR DELETE ON tools
  FOR EACH ROW EXECUTE FUNCTION count_row('max_tools');
--> statement-breakpoint
CREATE TRIGGER count_row_dynamic AFTER INSERT OR DELETE OR UPDATE OF is_dynamic ON tools
  FOR EACH ROW EXECUTE FUNCTION count_dynamic_tool();
--> statement-breakpoint
CREATE TRIGGER count_row AFTER INSERT OR DELETE ON resources
  FOR EACH ROW EXECUTE FUNCTION count_row('max_resources');
--> statement-breakpoint

-- The ledger's partitions: one a month, and a default one, so that no event is ever refused.
CREATE TABLE usage_events_default PARTITION OF usage_events DEFAULT;
--> statement-breakpoint
SELECT isolate_tenant_table('usage_events_default');
--> statement-breakpoint
CREATE FUNCTION ensure_usage_partitions(months_ahead integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  start date;
  partition text;
BEGIN
  FOR ahead IN 0..months_ahead LOOP
    start := (date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => ahead))::date;
    partition := 'usage_events_' || to_char(start, 'YYYY_MM');
    IF to_regclass(partition) IS NULL THEN
      EXECUTE format(
        'CREATE TABLE %I PARTITION OF usage_events FOR VALUES FROM (%L) TO (%L)', partition,
        start::timestamp AT TIME ZONE 'UTC',
        (start + interval '1 month') AT TIME ZONE 'UTC');
      PERFORM isolate_tenant_table(partition::regclass);
    END IF;
  END LOOP;
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION ensure_usage_partitions(integer) FROM PUBLIC;
--> statement-breakpoint
SELECT ensure_usage_partitions(2);
--> statement-breakpoint

-- Adds two histograms of durations, element by element.
CREATE FUNCTION add_histograms(a bigint[], b bigint[]) RETURNS bigint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_agg(coalesce(x, 0) + coalesce(y, 0) ORDER BY i)
    FROM unnest(a, b) WITH ORDINALITY AS t (x, y, i);
$$;
