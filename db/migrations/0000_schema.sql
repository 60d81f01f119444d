CREATE TABLE "audit_entries" (
	"tenant_id" text NOT NULL,
	"entry_id" text NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"action" text NOT NULL,
	"principal_type" text NOT NULL,
	"principal_id" text NOT NULL,
	"target_type" text NOT NULL,
	"target_id" text NOT NULL,
	"ip" text,
	"request_id" text NOT NULL,
	"before" json,
	"after" json,
	CONSTRAINT "audit_entries_tenant_id_entry_id_pk" PRIMARY KEY("tenant_id","entry_id")
);
--> statement-breakpoint
CREATE TABLE "platform_audit_entries" (
	"entry_id" text NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"action" text NOT NULL,
	"principal_type" text NOT NULL,
	"principal_id" text NOT NULL,
	"target_type" text NOT NULL,
	"target_id" text NOT NULL,
	"ip" text,
	"request_id" text NOT NULL,
	"before" json,
	"after" json,
	CONSTRAINT "platform_audit_entries_entry_id_pk" PRIMARY KEY("entry_id")
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"tenant_id" text NOT NULL,
	"key_id" text NOT NULL,
	"name" text NOT NULL,
	"key_hash" "bytea" NOT NULL,
	"hint" text NOT NULL,
	"scopes" text[] NOT NULL,
	"agent_id" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	"last_used_at" timestamp (3) with time zone,
	"rotated_from" text,
	CONSTRAINT "api_keys_tenant_id_key_id_pk" PRIMARY KEY("tenant_id","key_id"),
	CONSTRAINT "api_keys_hash" UNIQUE("tenant_id","key_hash")
);
--> statement-breakpoint
CREATE TABLE "operators" (
	"operator_id" text PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"password_hash" text NOT NULL,
	"failed_sign_ins" integer DEFAULT 0 NOT NULL,
	"locked_until" timestamp (3) with time zone,
	"session_epoch" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_sign_in_at" timestamp (3) with time zone,
	CONSTRAINT "operators_email" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "platform_keys" (
	"key_id" text NOT NULL,
	"name" text NOT NULL,
	"key_hash" "bytea" NOT NULL,
	"hint" text NOT NULL,
	"scopes" text[] NOT NULL,
	"agent_id" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	"last_used_at" timestamp (3) with time zone,
	"rotated_from" text,
	CONSTRAINT "platform_keys_key_id_pk" PRIMARY KEY("key_id"),
	CONSTRAINT "platform_keys_hash" UNIQUE("key_hash")
);
--> statement-breakpoint
CREATE TABLE "memories" (
	"tenant_id" text NOT NULL,
	"agent_id" text NOT NULL,
	"context" json NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "memories_tenant_id_agent_id_pk" PRIMARY KEY("tenant_id","agent_id")
);
--> statement-breakpoint
CREATE TABLE "resources" (
	"tenant_id" text NOT NULL,
	"resource_id" text NOT NULL,
	"name" text NOT NULL,
	"type" text NOT NULL,
	"uri" text NOT NULL,
	"uri_sealed" text,
	"description" text DEFAULT '' NOT NULL,
	"metadata" json NOT NULL,
	"access_permissions" text[] NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "resources_tenant_id_resource_id_pk" PRIMARY KEY("tenant_id","resource_id")
);
--> statement-breakpoint
CREATE TABLE "tenant_quotas" (
	"tenant_id" text NOT NULL,
	"quota" text NOT NULL,
	"used" bigint DEFAULT 0 NOT NULL,
	"maximum" bigint,
	CONSTRAINT "tenant_quotas_tenant_id_quota_pk" PRIMARY KEY("tenant_id","quota")
);
--> statement-breakpoint
CREATE TABLE "tenants" (
	"tenant_id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"mcp_config" json NOT NULL,
	"tool_limits" json NOT NULL,
	"resource_limits" json NOT NULL,
	"ai_providers" json NOT NULL,
	"egress_allow" text[] DEFAULT '{}' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tenants_slug" CHECK ("tenants"."tenant_id" ~ '^[a-z0-9]([a-z0-9_-]{0,62}[a-z0-9])?$')
);
--> statement-breakpoint
CREATE TABLE "tools" (
	"tenant_id" text NOT NULL,
	"tool_id" text NOT NULL,
	"name" text NOT NULL,
	"mcp_name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"config" json NOT NULL,
	"parameters" json NOT NULL,
	"is_dynamic" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tools_tenant_id_tool_id_pk" PRIMARY KEY("tenant_id","tool_id"),
	CONSTRAINT "tools_mcp_name" UNIQUE("tenant_id","mcp_name")
);
--> statement-breakpoint
CREATE TABLE "usage_events" (
	"tenant_id" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"event_id" uuid NOT NULL,
	"request_id" text NOT NULL,
	"principal_id" text NOT NULL,
	"agent_id" text DEFAULT '' NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"provider" text DEFAULT '' NOT NULL,
	"model" text DEFAULT '' NOT NULL,
	"tokens_in" bigint DEFAULT 0 NOT NULL,
	"tokens_out" bigint DEFAULT 0 NOT NULL,
	"tokens_cached" bigint DEFAULT 0 NOT NULL,
	"quantity" bigint DEFAULT 1 NOT NULL,
	"duration_ms" integer NOT NULL,
	"status" text NOT NULL,
	"error_code" text DEFAULT '' NOT NULL,
	"cost_micros" bigint DEFAULT 0 NOT NULL,
	"price_id" text,
	CONSTRAINT "usage_events_tenant_id_at_event_id_pk" PRIMARY KEY("tenant_id","at","event_id")
) PARTITION BY RANGE ("at");
--> statement-breakpoint
CREATE TABLE "usage_hourly" (
	"tenant_id" text NOT NULL,
	"hour" timestamp (3) with time zone NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"agent_id" text NOT NULL,
	"provider" text NOT NULL,
	"model" text NOT NULL,
	"status" text NOT NULL,
	"calls" bigint DEFAULT 0 NOT NULL,
	"quantity" bigint DEFAULT 0 NOT NULL,
	"tokens_in" bigint DEFAULT 0 NOT NULL,
	"tokens_out" bigint DEFAULT 0 NOT NULL,
	"tokens_cached" bigint DEFAULT 0 NOT NULL,
	"cost_micros" bigint DEFAULT 0 NOT NULL,
	"duration_ms" bigint DEFAULT 0 NOT NULL,
	"durations" bigint[] NOT NULL,
	CONSTRAINT "usage_hourly_tenant_id_hour_kind_name_agent_id_provider_model_status_pk" PRIMARY KEY("tenant_id","hour","kind","name","agent_id","provider","model","status")
);
--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memories" ADD CONSTRAINT "memories_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resources" ADD CONSTRAINT "resources_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tenant_quotas" ADD CONSTRAINT "tenant_quotas_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tools" ADD CONSTRAINT "tools_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_births" ON "audit_entries" USING btree ("tenant_id","entry_id") WHERE "audit_entries"."action" = 'tenant.create';--> statement-breakpoint
CREATE INDEX "operators_by_creation" ON "operators" USING btree ("created_at");