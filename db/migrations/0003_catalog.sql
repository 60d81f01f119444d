CREATE TABLE "resource_contents" (
	"tenant_id" text NOT NULL,
	"resource_id" text NOT NULL,
	"content" "bytea" NOT NULL,
	"mime_type" text NOT NULL,
	"size" bigint GENERATED ALWAYS AS (octet_length(content)) STORED,
	"sha256" text NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "resource_contents_tenant_id_resource_id_pk" PRIMARY KEY("tenant_id","resource_id")
);
--> statement-breakpoint
ALTER TABLE "resources" ADD COLUMN "title" text;--> statement-breakpoint
ALTER TABLE "resources" ADD COLUMN "source" text;--> statement-breakpoint
ALTER TABLE "resources" ADD COLUMN "source_sealed" text;--> statement-breakpoint
ALTER TABLE "resources" ADD COLUMN "mime_type" text;--> statement-breakpoint
ALTER TABLE "resources" ADD COLUMN "icons" json DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE "resources" ADD COLUMN "annotations" json DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "tools" ADD COLUMN "title" text;--> statement-breakpoint
ALTER TABLE "tools" ADD COLUMN "output_schema" json;--> statement-breakpoint
ALTER TABLE "tools" ADD COLUMN "annotations" json DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "tools" ADD COLUMN "icons" json DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE "tools" ADD COLUMN "meta" json DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "tools" ADD COLUMN "confirm" text DEFAULT 'destructive' NOT NULL;--> statement-breakpoint
ALTER TABLE "tools" ADD COLUMN "pinned" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "tools" ADD COLUMN "task_support" text DEFAULT 'forbidden' NOT NULL;--> statement-breakpoint
ALTER TABLE "tools" ADD COLUMN "timeout_ms" integer;--> statement-breakpoint
ALTER TABLE "resource_contents" ADD CONSTRAINT "resource_contents_resource" FOREIGN KEY ("tenant_id","resource_id") REFERENCES "public"."resources"("tenant_id","resource_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint

SELECT isolate_tenant_table('resource_contents');
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON resource_contents TO tausestack_app;
--> statement-breakpoint
-- Uncompressed, so that a range of a large content is read without the rest of it.
ALTER TABLE resource_contents ALTER COLUMN content SET STORAGE EXTERNAL;
--> statement-breakpoint

-- Bytes kept here count against max_storage_mb, exactly: `used` moves with the content.
CREATE FUNCTION count_storage() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  tenant text := CASE WHEN TG_OP = 'DELETE' THEN OLD.tenant_id ELSE NEW.tenant_id END;
  was bigint := CASE WHEN TG_OP = 'INSERT' THEN 0 ELSE octet_length(OLD.content) END;
  becomes bigint := CASE WHEN TG_OP = 'DELETE' THEN 0 ELSE octet_length(NEW.content) END;
  allowed bigint;
BEGIN
  IF becomes <= was THEN
    UPDATE tenant_quotas SET used = greatest(used - (was - becomes), 0)
      WHERE tenant_id = tenant AND quota = 'storage_bytes';
    RETURN NULL;
  END IF;
  UPDATE tenant_quotas SET used = used + (becomes - was)
    WHERE tenant_id = tenant AND quota = 'storage_bytes'
      AND (maximum IS NULL OR used + (becomes - was) <= maximum);
  IF FOUND THEN RETURN NULL; END IF;
  SELECT maximum INTO STRICT allowed FROM tenant_quotas
    WHERE tenant_id = tenant AND quota = 'storage_bytes';
  RAISE EXCEPTION 'the storage of % is used up', tenant
    USING ERRCODE = 'TS001',
      DETAIL = json_build_object('limit', 'max_storage_mb', 'value', allowed / 1048576)::text;
END $$;
--> statement-breakpoint
CREATE TRIGGER count_storage AFTER INSERT OR DELETE OR UPDATE OF content ON resource_contents
  FOR EACH ROW EXECUTE FUNCTION count_storage();
--> statement-breakpoint

-- Tenants that are there already get the row that the trigger moves. The platform role sees them
-- all; PostgreSQL reads no key of a document that escapes U+0000 or half a surrogate pair.
SET LOCAL ROLE tausestack_platform;
--> statement-breakpoint
INSERT INTO tenant_quotas (tenant_id, quota, maximum)
SELECT tenant_id, 'storage_bytes',
  CASE
    WHEN resource_limits::text ~ '\\u(0000|d[89a-f])' THEN NULL
    WHEN json_typeof(resource_limits -> 'max_storage_mb') = 'number'
      THEN (resource_limits ->> 'max_storage_mb')::bigint * 1048576
  END
FROM tenants;
--> statement-breakpoint
RESET ROLE;
