CREATE TABLE "offers" (
	"tenant_id" text NOT NULL,
	"offer_id" text NOT NULL,
	"consumer_id" text NOT NULL,
	"kind" text NOT NULL,
	"object_id" text NOT NULL,
	"namespace" text DEFAULT '' NOT NULL,
	"access" text DEFAULT 'read' NOT NULL,
	"price_micros" bigint DEFAULT 0 NOT NULL,
	"max_calls" bigint,
	"max_calls_per_day" bigint,
	"expires_at" timestamp (3) with time zone,
	"terms_digest" text NOT NULL,
	"state" text DEFAULT 'offered' NOT NULL,
	"calls" bigint DEFAULT 0 NOT NULL,
	"day" timestamp (3) with time zone,
	"calls_today" bigint DEFAULT 0 NOT NULL,
	"principal_type" text NOT NULL,
	"principal_id" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "offers_tenant_id_offer_id_pk" PRIMARY KEY("tenant_id","offer_id")
);
--> statement-breakpoint
CREATE TABLE "received_offers" (
	"tenant_id" text NOT NULL,
	"offer_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"provider_name" text NOT NULL,
	"kind" text NOT NULL,
	"definition" json NOT NULL,
	"terms" json NOT NULL,
	"accepted_terms" text,
	"state" text DEFAULT 'offered' NOT NULL,
	"blocked" boolean DEFAULT false NOT NULL,
	"prefix" text,
	"exposed_name" text,
	"tool_id" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "received_offers_tenant_id_offer_id_pk" PRIMARY KEY("tenant_id","offer_id")
);
--> statement-breakpoint
ALTER TABLE "offers" ADD CONSTRAINT "offers_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "received_offers" ADD CONSTRAINT "received_offers_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "offers_of_object" ON "offers" USING btree ("tenant_id","kind","object_id") WHERE "offers"."state" = 'accepted';--> statement-breakpoint
CREATE UNIQUE INDEX "received_offers_name" ON "received_offers" USING btree ("tenant_id","kind","exposed_name") WHERE "received_offers"."state" = 'accepted';--> statement-breakpoint
SELECT isolate_tenant_table('offers');
--> statement-breakpoint
SELECT isolate_tenant_table('received_offers');
--> statement-breakpoint
-- Whoever acts inside one tenant reads its side; both sides are written by the one that crosses.
GRANT SELECT ON offers, received_offers TO tausestack_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON offers, received_offers TO tausestack_platform;
