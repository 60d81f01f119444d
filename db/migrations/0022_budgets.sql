CREATE TABLE "budget_reservations" (
	"tenant_id" text NOT NULL,
	"reservation_id" text NOT NULL,
	"budget_id" text NOT NULL,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"micros" bigint NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "budget_reservations_tenant_id_reservation_id_budget_id_pk" PRIMARY KEY("tenant_id","reservation_id","budget_id")
);
--> statement-breakpoint
CREATE TABLE "budget_windows" (
	"tenant_id" text NOT NULL,
	"budget_id" text NOT NULL,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"spent_micros" bigint DEFAULT 0 NOT NULL,
	"reserved_micros" bigint DEFAULT 0 NOT NULL,
	"maximum_micros" bigint DEFAULT 0 NOT NULL,
	"reached" integer DEFAULT 0 NOT NULL,
	"told" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "budget_windows_tenant_id_budget_id_starts_at_pk" PRIMARY KEY("tenant_id","budget_id","starts_at"),
	CONSTRAINT "budget_windows_exceeded" CHECK ("budget_windows"."spent_micros" + "budget_windows"."reserved_micros" <= "budget_windows"."maximum_micros")
);
--> statement-breakpoint
CREATE TABLE "budgets" (
	"tenant_id" text NOT NULL,
	"budget_id" text NOT NULL,
	"scope" text NOT NULL,
	"target_id" text NOT NULL,
	"period" text NOT NULL,
	"limit_micros" bigint NOT NULL,
	"unpriced" text NOT NULL,
	"by_platform" boolean NOT NULL,
	"principal_type" text NOT NULL,
	"principal_id" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "budgets_tenant_id_budget_id_pk" PRIMARY KEY("tenant_id","budget_id"),
	CONSTRAINT "budgets_subject" UNIQUE("tenant_id","scope","target_id","period","by_platform")
);
--> statement-breakpoint
CREATE TABLE "model_prices" (
	"price_id" text PRIMARY KEY NOT NULL,
	"provider" text NOT NULL,
	"model" text NOT NULL,
	"effective_from" timestamp (3) with time zone NOT NULL,
	"input_micros" bigint NOT NULL,
	"output_micros" bigint NOT NULL,
	"cached_micros" bigint,
	"principal_type" text NOT NULL,
	"principal_id" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "model_prices_moment" UNIQUE("provider","model","effective_from")
);
--> statement-breakpoint
ALTER TABLE "budget_reservations" ADD CONSTRAINT "budget_reservations_window" FOREIGN KEY ("tenant_id","budget_id","starts_at") REFERENCES "public"."budget_windows"("tenant_id","budget_id","starts_at") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "budget_windows" ADD CONSTRAINT "budget_windows_budget" FOREIGN KEY ("tenant_id","budget_id") REFERENCES "public"."budgets"("tenant_id","budget_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "budgets" ADD CONSTRAINT "budgets_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "budget_reservations_by_window" ON "budget_reservations" USING btree ("tenant_id","budget_id","starts_at");--> statement-breakpoint
CREATE INDEX "budget_reservations_expiry" ON "budget_reservations" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "budget_windows_by_start" ON "budget_windows" USING btree ("starts_at");--> statement-breakpoint
CREATE INDEX "budget_windows_untold" ON "budget_windows" USING btree ("tenant_id") WHERE "budget_windows"."told" < "budget_windows"."reached";--> statement-breakpoint
SELECT isolate_tenant_table(name::regclass) FROM unnest(ARRAY[
  'budgets', 'budget_windows', 'budget_reservations'
]) AS name;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE
  ON budgets, budget_windows, budget_reservations TO tausestack_app;
--> statement-breakpoint
-- The ledger's writer settles calls of every tenant, and a job gives back what has expired.
GRANT SELECT ON budgets TO tausestack_platform;
--> statement-breakpoint
GRANT SELECT, UPDATE, DELETE ON budget_windows TO tausestack_platform;
--> statement-breakpoint
GRANT SELECT, DELETE ON budget_reservations TO tausestack_platform;
--> statement-breakpoint
GRANT SELECT, INSERT, DELETE ON model_prices TO tausestack_platform;
