CREATE TABLE "tool_examples" (
	"tenant_id" text NOT NULL,
	"tool_id" text NOT NULL,
	"example_id" text NOT NULL,
	"name" text NOT NULL,
	"arguments" json NOT NULL,
	"expectation" json NOT NULL,
	"principal_type" text NOT NULL,
	"principal_id" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tool_examples_tenant_id_tool_id_example_id_pk" PRIMARY KEY("tenant_id","tool_id","example_id")
);
--> statement-breakpoint
CREATE TABLE "tool_revisions" (
	"tenant_id" text NOT NULL,
	"tool_id" text NOT NULL,
	"revision" integer NOT NULL,
	"name" text NOT NULL,
	"document" json NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"principal_type" text NOT NULL,
	"principal_id" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tool_revisions_tenant_id_tool_id_revision_pk" PRIMARY KEY("tenant_id","tool_id","revision")
);
--> statement-breakpoint
ALTER TABLE "tools" DROP CONSTRAINT "tools_mcp_name";--> statement-breakpoint
ALTER TABLE "tools" ADD COLUMN "published_revision" integer;--> statement-breakpoint
ALTER TABLE "tools" ADD COLUMN "draft_revision" integer;--> statement-breakpoint
ALTER TABLE "tools" ADD COLUMN "latest_revision" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "tools" ADD COLUMN "archived_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "tool_examples" ADD CONSTRAINT "tool_examples_tenant_id_tool_id_tools_tenant_id_tool_id_fk" FOREIGN KEY ("tenant_id","tool_id") REFERENCES "public"."tools"("tenant_id","tool_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tool_revisions" ADD CONSTRAINT "tool_revisions_tenant_id_tool_id_tools_tenant_id_tool_id_fk" FOREIGN KEY ("tenant_id","tool_id") REFERENCES "public"."tools"("tenant_id","tool_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "tools_mcp_name" ON "tools" USING btree ("tenant_id","mcp_name") WHERE published_revision is not null and archived_at is null;--> statement-breakpoint

-- The tools that are there already are published, and what they say is their revision 1. Their rows
-- stand behind row-level security, which is forced on their owner too.
ALTER TABLE tools NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
UPDATE tools SET published_revision = 1, latest_revision = 1;
--> statement-breakpoint
INSERT INTO tool_revisions
  (tenant_id, tool_id, revision, name, document, principal_type, principal_id, created_at)
SELECT tenant_id, tool_id, 1, name,
  json_build_object('name', name, 'title', title, 'description', description, 'config', config,
    'parameters', parameters, 'output_schema', output_schema, 'annotations', annotations,
    'icons', icons, 'meta', meta, 'confirm', confirm, 'pinned', pinned,
    'task_support', task_support, 'timeout_ms', timeout_ms),
  'system', 'migration', updated_at
FROM tools;
--> statement-breakpoint
ALTER TABLE tools FORCE ROW LEVEL SECURITY;
--> statement-breakpoint

SELECT isolate_tenant_table('tool_revisions');
--> statement-breakpoint
SELECT isolate_tenant_table('tool_examples');
--> statement-breakpoint
-- Revisions are added and read. They go with their tool, or when they are too old to be kept.
GRANT SELECT, INSERT, DELETE ON tool_revisions TO tausestack_app;
--> statement-breakpoint
GRANT SELECT, INSERT, DELETE ON tool_examples TO tausestack_app;
--> statement-breakpoint

-- A revision that counts cannot be taken away, whoever asks: the published one, the draft, and the
-- newest 200. Once the tool is gone there is none that counts.
CREATE FUNCTION keep_tool_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM tools
    WHERE tenant_id = OLD.tenant_id AND tool_id = OLD.tool_id
      AND (OLD.revision > latest_revision - 200
        OR OLD.revision IN (published_revision, draft_revision))
  ) THEN
    RAISE EXCEPTION 'revision % of the tool % is kept', OLD.revision, OLD.tool_id;
  END IF;
  RETURN OLD;
END $$;
--> statement-breakpoint
CREATE TRIGGER keep_tool_revision BEFORE DELETE ON tool_revisions
  FOR EACH ROW EXECUTE FUNCTION keep_tool_revision();
