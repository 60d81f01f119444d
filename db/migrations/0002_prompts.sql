CREATE TABLE "prompt_versions" (
	"tenant_id" text NOT NULL,
	"name" text NOT NULL,
	"version" integer NOT NULL,
	"title" text,
	"description" text NOT NULL,
	"icons" json NOT NULL,
	"arguments" json NOT NULL,
	"messages" json NOT NULL,
	"principal_type" text NOT NULL,
	"principal_id" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "prompt_versions_tenant_id_name_version_pk" PRIMARY KEY("tenant_id","name","version")
);
--> statement-breakpoint
CREATE TABLE "prompts" (
	"tenant_id" text NOT NULL,
	"name" text NOT NULL,
	"current_version" integer NOT NULL,
	"latest_version" integer NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "prompts_tenant_id_name_pk" PRIMARY KEY("tenant_id","name")
);
--> statement-breakpoint
ALTER TABLE "prompt_versions" ADD CONSTRAINT "prompt_versions_tenant_id_name_prompts_tenant_id_name_fk" FOREIGN KEY ("tenant_id","name") REFERENCES "public"."prompts"("tenant_id","name") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prompts" ADD CONSTRAINT "prompts_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint

SELECT isolate_tenant_table('prompts');
--> statement-breakpoint
SELECT isolate_tenant_table('prompt_versions');
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON prompts TO tausestack_app;
--> statement-breakpoint
-- Versions are added and read; they go with their prompt, by its foreign key.
GRANT SELECT, INSERT ON prompt_versions TO tausestack_app;
--> statement-breakpoint
CREATE TRIGGER count_row AFTER INSERT OR DELETE ON prompts
  FOR EACH ROW EXECUTE FUNCTION count_row('max_prompts');
--> statement-breakpoint
-- Tenants that are there already: their quota rows stand behind row-level security.
SET LOCAL ROLE tausestack_platform;
--> statement-breakpoint
INSERT INTO tenant_quotas (tenant_id, quota) SELECT tenant_id, 'max_prompts' FROM tenants;
--> statement-breakpoint
RESET ROLE;
