CREATE TABLE "ai_routes" (
	"tenant_id" text NOT NULL,
	"alias" text NOT NULL,
	"targets" json NOT NULL,
	"timeout_ms" integer NOT NULL,
	"principal_type" text NOT NULL,
	"principal_id" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "ai_routes_tenant_id_alias_pk" PRIMARY KEY("tenant_id","alias")
);
--> statement-breakpoint
ALTER TABLE "usage_events" ADD COLUMN "estimated" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "ai_routes" ADD CONSTRAINT "ai_routes_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint

SELECT isolate_tenant_table('ai_routes');
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON ai_routes TO tausestack_app;
