CREATE TABLE "tasks" (
	"tenant_id" text NOT NULL,
	"task_id" text NOT NULL,
	"principal_type" text NOT NULL,
	"principal_id" text NOT NULL,
	"principal" json NOT NULL,
	"permissions" text[] NOT NULL,
	"ip" text,
	"request_id" text NOT NULL,
	"tool_id" text NOT NULL,
	"mcp_name" text NOT NULL,
	"arguments" json NOT NULL,
	"capabilities" json,
	"status" text DEFAULT 'working' NOT NULL,
	"status_message" text,
	"input_requests" json,
	"input_responses" json,
	"rounds" integer DEFAULT 0 NOT NULL,
	"state" json,
	"result" json,
	"is_error" boolean,
	"error" json,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"ttl_ms" integer NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"poll_interval_ms" integer NOT NULL,
	"owner" text,
	"heartbeat_at" timestamp (3) with time zone,
	"attempts" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "tasks_tenant_id_task_id_pk" PRIMARY KEY("tenant_id","task_id")
);
--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "tasks_by_creation" ON "tasks" USING btree ("tenant_id","created_at" DESC NULLS LAST,"task_id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "tasks_working" ON "tasks" USING btree ("heartbeat_at") WHERE "tasks"."status" = 'working';--> statement-breakpoint
CREATE INDEX "tasks_expiry" ON "tasks" USING btree ("expires_at");--> statement-breakpoint
SELECT isolate_tenant_table('tasks');
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON tasks TO tausestack_app;
--> statement-breakpoint
GRANT SELECT, DELETE, UPDATE (owner, heartbeat_at, attempts) ON tasks TO tausestack_platform;
--> statement-breakpoint

-- A task counts while it runs or waits for input.
CREATE FUNCTION count_running_task() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  was boolean := TG_OP <> 'INSERT' AND OLD.status IN ('working', 'input_required');
  becomes boolean := TG_OP <> 'DELETE' AND NEW.status IN ('working', 'input_required');
BEGIN
  IF becomes AND NOT was THEN
    PERFORM quota_take(NEW.tenant_id, 'max_running_tasks');
  ELSIF was AND NOT becomes THEN
    PERFORM quota_give_back(OLD.tenant_id, 'max_running_tasks');
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER count_running AFTER INSERT OR DELETE OR UPDATE OF status ON tasks
  FOR EACH ROW EXECUTE FUNCTION count_running_task();
--> statement-breakpoint

-- The tenants that are there already; row-level security lets the platform role alone see them all.
SET LOCAL ROLE tausestack_platform;
--> statement-breakpoint
INSERT INTO tenant_quotas (tenant_id, quota, maximum)
  SELECT tenant_id, 'max_running_tasks', 100 FROM tenants ON CONFLICT DO NOTHING;
--> statement-breakpoint
RESET ROLE;
