CREATE TABLE "upstream_tokens" (
	"tenant_id" text NOT NULL,
	"upstream_id" text NOT NULL,
	"subject" text NOT NULL,
	"sealed" text,
	"pending_sealed" text,
	"pending_until" timestamp (3) with time zone,
	"connected_at" timestamp (3) with time zone,
	"expires_at" timestamp (3) with time zone,
	"refreshing_until" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "upstream_tokens_tenant_id_upstream_id_subject_pk" PRIMARY KEY("tenant_id","upstream_id","subject")
);
--> statement-breakpoint
CREATE TABLE "upstreams" (
	"tenant_id" text NOT NULL,
	"upstream_id" text NOT NULL,
	"name" text NOT NULL,
	"prefix" text NOT NULL,
	"transport" json NOT NULL,
	"auth" json NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"expose_resources" boolean DEFAULT false NOT NULL,
	"expose_prompts" boolean DEFAULT false NOT NULL,
	"timeout_ms" integer NOT NULL,
	"status" text DEFAULT 'unknown' NOT NULL,
	"last_ok_at" timestamp (3) with time zone,
	"last_error_at" timestamp (3) with time zone,
	"last_error" text,
	"protocol_version" text,
	"server_info" json,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "upstreams_tenant_id_upstream_id_pk" PRIMARY KEY("tenant_id","upstream_id")
);
--> statement-breakpoint
ALTER TABLE "upstream_tokens" ADD CONSTRAINT "upstream_tokens_tenant_id_upstream_id_upstreams_tenant_id_upstream_id_fk" FOREIGN KEY ("tenant_id","upstream_id") REFERENCES "public"."upstreams"("tenant_id","upstream_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "upstreams" ADD CONSTRAINT "upstreams_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "upstreams_prefix" ON "upstreams" USING btree ("tenant_id","prefix");--> statement-breakpoint
SELECT isolate_tenant_table(name::regclass) FROM unnest(ARRAY['upstreams', 'upstream_tokens']) AS name;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON upstreams, upstream_tokens TO tausestack_app;
--> statement-breakpoint
CREATE TABLE "upstream_tools" (
	"tenant_id" text NOT NULL,
	"upstream_id" text NOT NULL,
	"remote_name" text NOT NULL,
	"state" text NOT NULL,
	"tool_id" text,
	"accepted" json,
	"offered" json,
	"seen_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "upstream_tools_tenant_id_upstream_id_remote_name_pk" PRIMARY KEY("tenant_id","upstream_id","remote_name")
);
--> statement-breakpoint
ALTER TABLE "upstream_tools" ADD CONSTRAINT "upstream_tools_tenant_id_upstream_id_upstreams_tenant_id_upstream_id_fk" FOREIGN KEY ("tenant_id","upstream_id") REFERENCES "public"."upstreams"("tenant_id","upstream_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "upstream_tools_tool" ON "upstream_tools" USING btree ("tenant_id","tool_id");--> statement-breakpoint

-- A tool that is deleted leaves its upstream's offer behind; only `tool_id` can be null.
ALTER TABLE "upstream_tools" ADD CONSTRAINT "upstream_tools_tool"
  FOREIGN KEY ("tenant_id","tool_id") REFERENCES "public"."tools"("tenant_id","tool_id")
  ON DELETE SET NULL ("tool_id") ON UPDATE no action;
--> statement-breakpoint
SELECT isolate_tenant_table('upstream_tools');
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON upstream_tools TO tausestack_app;
