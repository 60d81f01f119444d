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
