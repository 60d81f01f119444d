CREATE TABLE "federation_origins" (
	"tenant_id" text NOT NULL,
	"kind" text NOT NULL,
	"entry_id" text NOT NULL,
	"source" text NOT NULL,
	"url" text NOT NULL,
	"remote_tenant_id" text,
	"fingerprint" text NOT NULL,
	"remote_fingerprint" text NOT NULL,
	"accepted_fingerprint" text,
	"remote_updated_at" timestamp (3) with time zone,
	"pulled_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "federation_origins_tenant_id_kind_entry_id_source_pk" PRIMARY KEY("tenant_id","kind","entry_id","source")
);
--> statement-breakpoint
CREATE TABLE "federation_peers" (
	"tenant_id" text NOT NULL,
	"peer_id" text NOT NULL,
	"name" text NOT NULL,
	"url" text NOT NULL,
	"remote_tenant_id" text,
	"token_sealed" text,
	"pulls" text[] NOT NULL,
	"memory_conflict" text NOT NULL,
	"tools_conflict" text NOT NULL,
	"schedule_minutes" integer,
	"enabled" boolean DEFAULT true NOT NULL,
	"cursors" json NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"last_pull_at" timestamp (3) with time zone,
	"last_ok_at" timestamp (3) with time zone,
	"last_error" text,
	"next_pull_at" timestamp (3) with time zone,
	"running_run_id" text,
	"running_until" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "federation_peers_tenant_id_peer_id_pk" PRIMARY KEY("tenant_id","peer_id")
);
--> statement-breakpoint
CREATE TABLE "federation_runs" (
	"tenant_id" text NOT NULL,
	"peer_id" text NOT NULL,
	"run_id" text NOT NULL,
	"trigger" text NOT NULL,
	"status" text NOT NULL,
	"report" json NOT NULL,
	"error_code" text,
	"error" text,
	"principal_type" text NOT NULL,
	"principal_id" text NOT NULL,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp (3) with time zone,
	CONSTRAINT "federation_runs_tenant_id_peer_id_run_id_pk" PRIMARY KEY("tenant_id","peer_id","run_id")
);
--> statement-breakpoint
ALTER TABLE "federation_origins" ADD CONSTRAINT "federation_origins_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "federation_peers" ADD CONSTRAINT "federation_peers_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "federation_runs" ADD CONSTRAINT "federation_runs_peer" FOREIGN KEY ("tenant_id","peer_id") REFERENCES "public"."federation_peers"("tenant_id","peer_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "federation_origins_oldest" ON "federation_origins" USING btree ("tenant_id","pulled_at");--> statement-breakpoint
CREATE INDEX "federation_origins_source" ON "federation_origins" USING btree ("tenant_id","source","kind","entry_id");--> statement-breakpoint
CREATE INDEX "federation_peers_due" ON "federation_peers" USING btree ("next_pull_at");
--> statement-breakpoint
SELECT isolate_tenant_table('federation_peers');
--> statement-breakpoint
SELECT isolate_tenant_table('federation_runs');
--> statement-breakpoint
SELECT isolate_tenant_table('federation_origins');
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON federation_peers, federation_runs, federation_origins TO tausestack_app;
--> statement-breakpoint
-- Who is due; never an address or a token.
GRANT SELECT (tenant_id, peer_id, enabled, schedule_minutes, next_pull_at, running_until)
  ON federation_peers TO tausestack_platform;
