CREATE TABLE "leases" (
	"name" text PRIMARY KEY NOT NULL,
	"owner" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON leases TO tausestack_platform;
--> statement-breakpoint
-- Which upstreams are listened to is a matter of the deployment; their credentials are not.
GRANT SELECT (tenant_id, upstream_id, enabled, expose_resources, expose_prompts) ON upstreams TO tausestack_platform;
--> statement-breakpoint
GRANT SELECT (tenant_id, upstream_id, tool_id) ON upstream_tools TO tausestack_platform;
