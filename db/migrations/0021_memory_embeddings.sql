CREATE TABLE "memory_embedding_queue" (
	"tenant_id" text NOT NULL,
	"item_id" text NOT NULL,
	"due_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "memory_embedding_queue_tenant_id_item_id_pk" PRIMARY KEY("tenant_id","item_id")
);
--> statement-breakpoint
CREATE TABLE "memory_embedding_states" (
	"tenant_id" text NOT NULL,
	"model" text NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"retry_at" timestamp (3) with time zone,
	"problem" text,
	CONSTRAINT "memory_embedding_states_tenant_id_pk" PRIMARY KEY("tenant_id")
);
--> statement-breakpoint
ALTER TABLE "memory_embedding_queue" ADD CONSTRAINT "memory_embedding_queue_item" FOREIGN KEY ("tenant_id","item_id") REFERENCES "public"."memory_items"("tenant_id","item_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memory_embedding_states" ADD CONSTRAINT "memory_embedding_states_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "memory_embedding_queue_due" ON "memory_embedding_queue" USING btree ("tenant_id","attempts","due_at");
--> statement-breakpoint

SELECT isolate_tenant_table(name::regclass) FROM unnest(ARRAY[
  'memory_embedding_queue', 'memory_embedding_states'
]) AS name;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON memory_embedding_queue, memory_embedding_states
  TO tausestack_app;
--> statement-breakpoint
-- The job asks whose embeddings there are to make.
GRANT SELECT (tenant_id) ON memory_embedding_states TO tausestack_platform;
--> statement-breakpoint

-- The vectors' table exists where the server has pgvector (0.7 or newer, for halfvec). Called at each
-- start, so that a server that gets the extension later has the table after the next one; it asks
-- nothing of a server that lacks it or does not let the owner create it.
CREATE FUNCTION ensure_memory_embeddings() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  available text;
BEGIN
  IF to_regclass('memory_embeddings') IS NOT NULL THEN RETURN true; END IF;
  SELECT coalesce(installed_version, default_version) INTO available
    FROM pg_available_extensions WHERE name = 'vector';
  IF available IS NULL THEN RETURN false; END IF;
  IF string_to_array(substring(available from '^\d+\.\d+'), '.')::integer[] < ARRAY[0, 7] THEN
    RAISE NOTICE 'memories are searched without embeddings: pgvector % is older than 0.7', available;
    RETURN false;
  END IF;
  CREATE EXTENSION IF NOT EXISTS vector;
  CREATE TABLE memory_embeddings (
    tenant_id text NOT NULL,
    item_id text NOT NULL,
    model text NOT NULL,
    dimensions integer NOT NULL,
    content_hash text NOT NULL,
    embedding halfvec NOT NULL,
    PRIMARY KEY (tenant_id, item_id),
    CONSTRAINT memory_embeddings_item FOREIGN KEY (tenant_id, item_id)
      REFERENCES memory_items (tenant_id, item_id) ON DELETE CASCADE
  );
  PERFORM isolate_tenant_table('memory_embeddings');
  GRANT SELECT, INSERT, UPDATE, DELETE ON memory_embeddings TO tausestack_app;
  -- How many there are of which size, for the job that makes indexes; no vector.
  GRANT SELECT (tenant_id, dimensions) ON memory_embeddings TO tausestack_platform;
  RETURN true;
EXCEPTION WHEN OTHERS THEN
  RAISE NOTICE 'memories are searched without embeddings: %', SQLERRM;
  RETURN false;
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION ensure_memory_embeddings() FROM PUBLIC;
