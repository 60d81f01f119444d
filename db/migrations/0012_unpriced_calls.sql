ALTER TABLE "usage_events" ALTER COLUMN "cost_micros" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "usage_hourly" ADD COLUMN "calls_unpriced" bigint DEFAULT 0 NOT NULL;