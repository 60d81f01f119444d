CREATE TABLE "resource_grants" (
	"tenant_id" text NOT NULL,
	"resource_id" text NOT NULL,
	"grant_id" text NOT NULL,
	"subject_type" text NOT NULL,
	"subject_id" text NOT NULL,
	"permissions" text[] NOT NULL,
	"conditions" json NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"principal_type" text NOT NULL,
	"principal_id" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "resource_grants_tenant_id_resource_id_grant_id_pk" PRIMARY KEY("tenant_id","resource_id","grant_id")
);
--> statement-breakpoint
ALTER TABLE "resources" ADD COLUMN "granted_only" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "resource_grants" ADD CONSTRAINT "resource_grants_resource" FOREIGN KEY ("tenant_id","resource_id") REFERENCES "public"."resources"("tenant_id","resource_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "resources_granted_only" ON "resources" USING btree ("tenant_id") WHERE "resources"."granted_only";--> statement-breakpoint
SELECT isolate_tenant_table('resource_grants');
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON resource_grants TO tausestack_app;
