CREATE TABLE "tenant_members" (
	"tenant_id" text NOT NULL,
	"user_id" text NOT NULL,
	"email" text NOT NULL,
	"role" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tenant_members_tenant_id_user_id_pk" PRIMARY KEY("tenant_id","user_id"),
	CONSTRAINT "tenant_members_email" UNIQUE("tenant_id","email")
);
--> statement-breakpoint
CREATE TABLE "users" (
	"user_id" text PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"password_hash" text NOT NULL,
	"failed_sign_ins" integer DEFAULT 0 NOT NULL,
	"locked_until" timestamp (3) with time zone,
	"session_epoch" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_sign_in_at" timestamp (3) with time zone,
	CONSTRAINT "users_email" UNIQUE("email"),
	CONSTRAINT "users_id_email" UNIQUE("user_id","email")
);
--> statement-breakpoint
ALTER TABLE "tenant_members" ADD CONSTRAINT "tenant_members_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tenant_members" ADD CONSTRAINT "tenant_members_user" FOREIGN KEY ("user_id","email") REFERENCES "public"."users"("user_id","email") ON DELETE cascade ON UPDATE cascade;--> statement-breakpoint
CREATE INDEX "tenant_members_of_user" ON "tenant_members" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "users_by_creation" ON "users" USING btree ("created_at");--> statement-breakpoint
SELECT isolate_tenant_table('tenant_members');
--> statement-breakpoint
GRANT SELECT, UPDATE, DELETE ON tenant_members TO tausestack_app;
--> statement-breakpoint
GRANT SELECT, INSERT ON tenant_members TO tausestack_platform;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON users TO tausestack_platform;

--> statement-breakpoint

CREATE TABLE "connected_apps" (
	"tenant_id" text NOT NULL,
	"grant_id" text NOT NULL,
	"user_type" text NOT NULL,
	"user_id" text NOT NULL,
	"user_email" text NOT NULL,
	"client_id" text NOT NULL,
	"client_name" text NOT NULL,
	"client_uri" text,
	"logo_uri" text,
	"redirect_uri" text NOT NULL,
	"registration" text NOT NULL,
	"resource" text NOT NULL,
	"scopes" text[] NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"last_used_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "connected_apps_tenant_id_grant_id_pk" PRIMARY KEY("tenant_id","grant_id")
);
--> statement-breakpoint
CREATE TABLE "oauth_artifacts" (
	"kind" text NOT NULL,
	"id_hash" "bytea" NOT NULL,
	"sealed_payload" text NOT NULL,
	"grant_id" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"consumed_at" timestamp (3) with time zone,
	CONSTRAINT "oauth_artifacts_kind_id_hash_pk" PRIMARY KEY("kind","id_hash")
);
--> statement-breakpoint
CREATE TABLE "oauth_keys" (
	"key_id" text PRIMARY KEY NOT NULL,
	"state" text NOT NULL,
	"public_jwk" json NOT NULL,
	"sealed_private_jwk" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"activated_at" timestamp (3) with time zone,
	"retired_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "connected_apps" ADD CONSTRAINT "connected_apps_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "connected_apps_by_grant" ON "connected_apps" USING btree ("grant_id");--> statement-breakpoint
CREATE INDEX "oauth_artifacts_by_grant" ON "oauth_artifacts" USING btree ("grant_id");--> statement-breakpoint
CREATE INDEX "oauth_artifacts_by_expiry" ON "oauth_artifacts" USING btree ("expires_at");--> statement-breakpoint
SELECT isolate_tenant_table('connected_apps');
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE (revoked_at) ON connected_apps TO tausestack_app;
--> statement-breakpoint
GRANT SELECT, UPDATE (last_used_at), DELETE ON connected_apps TO tausestack_platform;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON oauth_artifacts, oauth_keys TO tausestack_platform;
