-- The ledger merges histograms in place; nothing calls this any more.
DROP FUNCTION add_histograms(bigint[], bigint[]);
--> statement-breakpoint

-- Whoever is no member any more is asked anew when they come back, so what they connected ends.
CREATE FUNCTION end_grants_of_removed_member() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE connected_apps SET revoked_at = now()
   WHERE tenant_id = OLD.tenant_id AND user_id = OLD.user_id
     AND user_type = 'member' AND revoked_at IS NULL;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER end_grants AFTER DELETE ON tenant_members
  FOR EACH ROW EXECUTE FUNCTION end_grants_of_removed_member();
--> statement-breakpoint
GRANT UPDATE (revoked_at) ON connected_apps TO tausestack_platform;
