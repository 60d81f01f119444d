ALTER TABLE "upstream_tokens" ADD COLUMN "member_id" text GENERATED ALWAYS AS (CASE WHEN subject LIKE 'user:usr\_%' THEN substr(subject, 6) END) STORED;--> statement-breakpoint
ALTER TABLE "upstream_tokens" ADD COLUMN "account" text;--> statement-breakpoint
ALTER TABLE "upstream_tokens" ADD COLUMN "connected_by" text;--> statement-breakpoint
ALTER TABLE "upstream_tokens" ADD COLUMN "renewable" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "upstream_tokens" ADD COLUMN "failure" text;--> statement-breakpoint
ALTER TABLE "upstream_tokens" ADD COLUMN "failure_detail" text;--> statement-breakpoint
ALTER TABLE "upstreams" ADD COLUMN "new_tools" text DEFAULT 'hold' NOT NULL;--> statement-breakpoint

-- Before, an account outlived its membership, and nothing said whether its tokens can be renewed.
ALTER TABLE "upstream_tokens" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "tenant_members" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
DELETE FROM "upstream_tokens" AS account
  WHERE "member_id" IS NOT NULL AND NOT EXISTS (
    SELECT FROM "tenant_members" AS member
    WHERE member."tenant_id" = account."tenant_id" AND member."user_id" = account."member_id");
--> statement-breakpoint
UPDATE "upstream_tokens" SET "renewable" = true WHERE "sealed" IS NOT NULL;
--> statement-breakpoint
ALTER TABLE "upstream_tokens" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "tenant_members" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "upstream_tokens" ADD CONSTRAINT "upstream_tokens_member" FOREIGN KEY ("tenant_id","member_id") REFERENCES "public"."tenant_members"("tenant_id","user_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "upstream_tokens_of_member" ON "upstream_tokens" USING btree ("tenant_id","member_id");
