CREATE TABLE "kill_switches" (
	"tenant_id" text NOT NULL,
	"switch_id" text NOT NULL,
	"scope" text NOT NULL,
	"target_id" text NOT NULL,
	"tool_id" text,
	"reason" text NOT NULL,
	"by_platform" boolean NOT NULL,
	"principal_type" text NOT NULL,
	"principal_id" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "kill_switches_tenant_id_switch_id_pk" PRIMARY KEY("tenant_id","switch_id"),
	CONSTRAINT "kill_switches_target" UNIQUE("tenant_id","scope","target_id")
);
--> statement-breakpoint
CREATE TABLE "tool_approvals" (
	"tenant_id" text NOT NULL,
	"approval_id" text NOT NULL,
	"tool_id" text NOT NULL,
	"mcp_name" text NOT NULL,
	"principal_type" text NOT NULL,
	"principal_id" text NOT NULL,
	"agent_id" text,
	"user_id" text,
	"call_hash" text NOT NULL,
	"arguments" json NOT NULL,
	"request_id" text NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"decider_type" text,
	"decider_id" text,
	"note" text,
	"decided_at" timestamp (3) with time zone,
	"used_at" timestamp (3) with time zone,
	CONSTRAINT "tool_approvals_tenant_id_approval_id_pk" PRIMARY KEY("tenant_id","approval_id")
);
--> statement-breakpoint
CREATE TABLE "tool_daily_calls" (
	"tenant_id" text NOT NULL,
	"limit_id" text NOT NULL,
	"caller" text NOT NULL,
	"day" timestamp (3) with time zone NOT NULL,
	"calls" integer DEFAULT 0 NOT NULL,
	"maximum" integer NOT NULL,
	CONSTRAINT "tool_daily_calls_tenant_id_limit_id_caller_day_pk" PRIMARY KEY("tenant_id","limit_id","caller","day"),
	CONSTRAINT "tool_daily_calls_exceeded" CHECK ("tool_daily_calls"."calls" <= "tool_daily_calls"."maximum")
);
--> statement-breakpoint
CREATE TABLE "tool_grants" (
	"tenant_id" text NOT NULL,
	"tool_id" text NOT NULL,
	"grantee_type" text NOT NULL,
	"grantee_id" text NOT NULL,
	"principal_type" text NOT NULL,
	"principal_id" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tool_grants_tenant_id_tool_id_grantee_type_grantee_id_pk" PRIMARY KEY("tenant_id","tool_id","grantee_type","grantee_id")
);
--> statement-breakpoint
CREATE TABLE "tool_limits" (
	"tenant_id" text NOT NULL,
	"limit_id" text NOT NULL,
	"tool_id" text,
	"agent_id" text,
	"calls_per_minute" integer,
	"calls_per_day" integer,
	"principal_type" text NOT NULL,
	"principal_id" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tool_limits_tenant_id_limit_id_pk" PRIMARY KEY("tenant_id","limit_id"),
	CONSTRAINT "tool_limits_subject" UNIQUE NULLS NOT DISTINCT("tenant_id","tool_id","agent_id")
);
--> statement-breakpoint
CREATE TABLE "tool_policies" (
	"tenant_id" text NOT NULL,
	"tool_id" text NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"disabled_reason" text,
	"approval" text DEFAULT 'never' NOT NULL,
	"cache_ttl_seconds" integer,
	"cache_scope" text DEFAULT 'principal' NOT NULL,
	"max_concurrent" integer,
	"max_queue" integer DEFAULT 0 NOT NULL,
	"max_queue_ms" integer DEFAULT 5000 NOT NULL,
	"principal_type" text NOT NULL,
	"principal_id" text NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tool_policies_tenant_id_tool_id_pk" PRIMARY KEY("tenant_id","tool_id")
);
--> statement-breakpoint
ALTER TABLE "kill_switches" ADD CONSTRAINT "kill_switches_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "kill_switches" ADD CONSTRAINT "kill_switches_tool" FOREIGN KEY ("tenant_id","tool_id") REFERENCES "public"."tools"("tenant_id","tool_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tool_approvals" ADD CONSTRAINT "tool_approvals_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tool_approvals" ADD CONSTRAINT "tool_approvals_tool" FOREIGN KEY ("tenant_id","tool_id") REFERENCES "public"."tools"("tenant_id","tool_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tool_daily_calls" ADD CONSTRAINT "tool_daily_calls_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tool_grants" ADD CONSTRAINT "tool_grants_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tool_grants" ADD CONSTRAINT "tool_grants_tool" FOREIGN KEY ("tenant_id","tool_id") REFERENCES "public"."tools"("tenant_id","tool_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tool_limits" ADD CONSTRAINT "tool_limits_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tool_limits" ADD CONSTRAINT "tool_limits_tool" FOREIGN KEY ("tenant_id","tool_id") REFERENCES "public"."tools"("tenant_id","tool_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tool_policies" ADD CONSTRAINT "tool_policies_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tool_policies" ADD CONSTRAINT "tool_policies_tool" FOREIGN KEY ("tenant_id","tool_id") REFERENCES "public"."tools"("tenant_id","tool_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "tool_approvals_by_creation" ON "tool_approvals" USING btree ("tenant_id","created_at" DESC NULLS LAST,"approval_id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "tool_approvals_expiry" ON "tool_approvals" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "tool_approvals_open" ON "tool_approvals" USING btree ("tenant_id","tool_id","principal_id","call_hash") WHERE "tool_approvals"."status" in ('pending', 'approved');--> statement-breakpoint
CREATE INDEX "tool_daily_calls_by_day" ON "tool_daily_calls" USING btree ("day");--> statement-breakpoint
SELECT isolate_tenant_table(name::regclass) FROM unnest(ARRAY[
  'tool_policies', 'tool_grants', 'tool_limits', 'tool_daily_calls', 'kill_switches',
  'tool_approvals'
]) AS name;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE
  ON tool_policies, tool_limits, tool_daily_calls, tool_approvals TO tausestack_app;
--> statement-breakpoint
GRANT SELECT, INSERT, DELETE ON tool_grants, kill_switches TO tausestack_app;
--> statement-breakpoint
-- Old counters and requests go without regard to tenants.
GRANT SELECT, DELETE ON tool_daily_calls, tool_approvals TO tausestack_platform;
