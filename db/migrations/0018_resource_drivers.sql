CREATE TABLE "resource_deployments" (
	"tenant_id" text NOT NULL,
	"resource_id" text NOT NULL,
	"deployment_id" text NOT NULL,
	"state" text NOT NULL,
	"status_code" integer,
	"detail" text DEFAULT '' NOT NULL,
	"principal_type" text NOT NULL,
	"principal_id" text NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone,
	CONSTRAINT "resource_deployments_tenant_id_resource_id_deployment_id_pk" PRIMARY KEY("tenant_id","resource_id","deployment_id")
);
--> statement-breakpoint
CREATE TABLE "resource_health" (
	"tenant_id" text NOT NULL,
	"resource_id" text NOT NULL,
	"is_healthy" boolean NOT NULL,
	"detail" text NOT NULL,
	"latency_ms" integer NOT NULL,
	"checked_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "resource_health_tenant_id_resource_id_pk" PRIMARY KEY("tenant_id","resource_id")
);
--> statement-breakpoint
ALTER TABLE "resources" ADD COLUMN "connection" json DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "resources" ADD COLUMN "health_minutes" integer;--> statement-breakpoint
ALTER TABLE "resource_deployments" ADD CONSTRAINT "resource_deployments_resource" FOREIGN KEY ("tenant_id","resource_id") REFERENCES "public"."resources"("tenant_id","resource_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resource_health" ADD CONSTRAINT "resource_health_resource" FOREIGN KEY ("tenant_id","resource_id") REFERENCES "public"."resources"("tenant_id","resource_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "resources_to_look_at" ON "resources" USING btree ("tenant_id") WHERE "resources"."health_minutes" is not null;--> statement-breakpoint
SELECT isolate_tenant_table('resource_health');
--> statement-breakpoint
SELECT isolate_tenant_table('resource_deployments');
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON resource_health, resource_deployments TO tausestack_app;
--> statement-breakpoint

-- Bytes of a tenant that come or go: contents by the trigger, files of this server by their verb.
CREATE FUNCTION move_storage(tenant text, bytes bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  allowed bigint;
BEGIN
  UPDATE tenant_quotas SET used = greatest(used + bytes, 0)
    WHERE tenant_id = tenant AND quota = 'storage_bytes'
      AND (bytes <= 0 OR maximum IS NULL OR used + bytes <= maximum);
  IF FOUND OR bytes <= 0 THEN RETURN; END IF;
  SELECT maximum INTO STRICT allowed FROM tenant_quotas
    WHERE tenant_id = tenant AND quota = 'storage_bytes';
  RAISE EXCEPTION 'the storage of % is used up', tenant
    USING ERRCODE = 'TS001',
      DETAIL = json_build_object('limit', 'max_storage_mb', 'value', allowed / 1048576)::text;
END $$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION count_storage() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  was bigint := CASE WHEN TG_OP = 'INSERT' THEN 0 ELSE octet_length(OLD.content) END;
  becomes bigint := CASE WHEN TG_OP = 'DELETE' THEN 0 ELSE octet_length(NEW.content) END;
BEGIN
  PERFORM move_storage(
    CASE WHEN TG_OP = 'DELETE' THEN OLD.tenant_id ELSE NEW.tenant_id END, becomes - was);
  RETURN NULL;
END $$;
--> statement-breakpoint
-- Which tenants have resources that are to be looked at, for the job that does it.
GRANT SELECT (tenant_id, health_minutes) ON resources TO tausestack_platform;
