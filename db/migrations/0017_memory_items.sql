CREATE TABLE "memory_grants" (
	"tenant_id" text NOT NULL,
	"agent_id" text NOT NULL,
	"namespace" text NOT NULL,
	"grantee_type" text NOT NULL,
	"grantee_id" text NOT NULL,
	"access" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "memory_grants_pk" PRIMARY KEY("tenant_id","agent_id","namespace","grantee_type","grantee_id")
);
--> statement-breakpoint
CREATE TABLE "memory_items" (
	"tenant_id" text NOT NULL,
	"item_id" text NOT NULL,
	"agent_id" text NOT NULL,
	"namespace" text NOT NULL,
	"key" text NOT NULL,
	"content" json NOT NULL,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"importance" integer DEFAULT 50 NOT NULL,
	"subject_id" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"deleted_at" timestamp (3) with time zone,
	"language" text DEFAULT 'simple' NOT NULL,
	"document" "tsvector",
	"head" text,
	CONSTRAINT "memory_items_tenant_id_item_id_pk" PRIMARY KEY("tenant_id","item_id")
);
--> statement-breakpoint
CREATE TABLE "memory_namespaces" (
	"tenant_id" text NOT NULL,
	"namespace" text NOT NULL,
	"ttl_seconds" integer NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "memory_namespaces_tenant_id_namespace_pk" PRIMARY KEY("tenant_id","namespace")
);
--> statement-breakpoint
CREATE TABLE "memory_versions" (
	"tenant_id" text NOT NULL,
	"item_id" text NOT NULL,
	"version" integer NOT NULL,
	"content" json NOT NULL,
	"tags" text[] NOT NULL,
	"importance" integer NOT NULL,
	"subject_id" text,
	"expires_at" timestamp (3) with time zone,
	"written_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "memory_versions_tenant_id_item_id_version_pk" PRIMARY KEY("tenant_id","item_id","version")
);
--> statement-breakpoint
ALTER TABLE "memory_grants" ADD CONSTRAINT "memory_grants_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memory_items" ADD CONSTRAINT "memory_items_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memory_namespaces" ADD CONSTRAINT "memory_namespaces_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memory_versions" ADD CONSTRAINT "memory_versions_item" FOREIGN KEY ("tenant_id","item_id") REFERENCES "public"."memory_items"("tenant_id","item_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "memory_items_place" ON "memory_items" USING btree ("tenant_id","agent_id","namespace","key");--> statement-breakpoint
CREATE INDEX "memory_items_words" ON "memory_items" USING gin ("document") WITH (fastupdate=off) WHERE "memory_items"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "memory_items_newest" ON "memory_items" USING btree ("tenant_id","updated_at") WHERE "memory_items"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "memory_items_least" ON "memory_items" USING btree ("tenant_id","importance","updated_at") WHERE "memory_items"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "memory_items_trash" ON "memory_items" USING btree ("tenant_id","deleted_at") WHERE "memory_items"."deleted_at" is not null;--> statement-breakpoint
CREATE INDEX "memory_items_expiry" ON "memory_items" USING btree ("tenant_id","expires_at") WHERE "memory_items"."expires_at" is not null;--> statement-breakpoint
CREATE INDEX "memory_items_language" ON "memory_items" USING btree ("tenant_id","language");--> statement-breakpoint
CREATE INDEX "memory_items_subject" ON "memory_items" USING btree ("tenant_id","subject_id") WHERE "memory_items"."subject_id" is not null;--> statement-breakpoint
CREATE INDEX "memory_versions_subject" ON "memory_versions" USING btree ("tenant_id","subject_id") WHERE "memory_versions"."subject_id" is not null;
--> statement-breakpoint

SELECT isolate_tenant_table(name::regclass) FROM unnest(ARRAY[
  'memory_items', 'memory_versions', 'memory_namespaces', 'memory_grants'
]) AS name;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON memory_items, memory_namespaces TO tausestack_app;
--> statement-breakpoint
-- What an item was is never changed afterwards.
GRANT SELECT, INSERT, DELETE ON memory_versions, memory_grants TO tausestack_app;
--> statement-breakpoint
-- A search finds ids as the platform's role, for which alone PostgreSQL uses the indexes of words
-- (row-level security lets none but leakproof operators go first). It cannot read a content.
GRANT SELECT
  (tenant_id, item_id, importance, updated_at, expires_at, deleted_at, document, head)
  ON memory_items TO tausestack_platform;
--> statement-breakpoint
GRANT SELECT (tenant_id) ON memory_namespaces TO tausestack_platform;
--> statement-breakpoint

-- Items that are not in the trash count against max_memory_entries, by statement: an erasure of a
-- hundred thousand moves the quota once.
CREATE FUNCTION quota_move(tenant text, wanted text, by bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  allowed bigint;
BEGIN
  IF by <= 0 THEN
    UPDATE tenant_quotas SET used = greatest(used + by, 0)
      WHERE tenant_id = tenant AND quota = wanted;
    RETURN;
  END IF;
  UPDATE tenant_quotas SET used = used + by
    WHERE tenant_id = tenant AND quota = wanted AND (maximum IS NULL OR used + by <= maximum);
  IF FOUND THEN RETURN; END IF;
  SELECT maximum INTO STRICT allowed FROM tenant_quotas
    WHERE tenant_id = tenant AND quota = wanted;
  RAISE EXCEPTION 'quota % of % is used up', wanted, tenant
    USING ERRCODE = 'TS001', DETAIL = json_build_object('limit', wanted, 'value', allowed)::text;
END $$;
--> statement-breakpoint
CREATE FUNCTION count_memory_items() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM quota_move(tenant_id, 'max_memory_entries', count(*))
      FROM written WHERE deleted_at IS NULL GROUP BY tenant_id;
  ELSIF TG_OP = 'DELETE' THEN
    PERFORM quota_move(tenant_id, 'max_memory_entries', -count(*))
      FROM gone WHERE deleted_at IS NULL GROUP BY tenant_id;
  ELSE
    PERFORM quota_move(NEW.tenant_id, 'max_memory_entries',
      CASE WHEN NEW.deleted_at IS NULL THEN 1 ELSE -1 END);
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER count_inserted AFTER INSERT ON memory_items REFERENCING NEW TABLE AS written
  FOR EACH STATEMENT EXECUTE FUNCTION count_memory_items();
--> statement-breakpoint
CREATE TRIGGER count_deleted AFTER DELETE ON memory_items REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION count_memory_items();
--> statement-breakpoint
CREATE TRIGGER count_trashed AFTER UPDATE OF deleted_at ON memory_items
  FOR EACH ROW WHEN ((OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL))
  EXECUTE FUNCTION count_memory_items();
--> statement-breakpoint

-- A tenant's newest entries, always by the index of times: of a tenant of average size the planner
-- would rather sort all, and plans are made once for tenants of any size.
CREATE FUNCTION newest_memory_items(tenant text, most integer)
RETURNS TABLE (item_id text, importance integer, updated_at timestamptz, document tsvector)
LANGUAGE plpgsql STABLE SET enable_bitmapscan = off SET enable_sort = off AS $$
BEGIN
  RETURN QUERY SELECT i.item_id, i.importance, i.updated_at::timestamptz, i.document
    FROM memory_items i WHERE i.tenant_id = tenant AND i.deleted_at IS NULL
    ORDER BY i.updated_at DESC LIMIT most;
END $$;
--> statement-breakpoint

-- Finds misspelt words where the server has the two extensions, or gets them later; it asks nothing
-- of a server that lacks them or does not let the owner create them.
CREATE FUNCTION ensure_memory_search() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF to_regclass('memory_items_similar') IS NOT NULL THEN RETURN true; END IF;
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
  CREATE EXTENSION IF NOT EXISTS btree_gin;
  CREATE INDEX memory_items_similar ON memory_items USING gin (tenant_id, head gin_trgm_ops)
    WITH (fastupdate = off) WHERE deleted_at IS NULL;
  RETURN true;
EXCEPTION WHEN OTHERS THEN
  RAISE NOTICE 'memories are searched without trigrams: %', SQLERRM;
  RETURN false;
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION ensure_memory_search() FROM PUBLIC;
--> statement-breakpoint
SELECT ensure_memory_search();
