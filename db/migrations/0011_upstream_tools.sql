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
