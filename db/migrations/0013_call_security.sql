ALTER TABLE "api_keys" ADD COLUMN "minted_by" text;--> statement-breakpoint
ALTER TABLE "platform_keys" ADD COLUMN "minted_by" text;--> statement-breakpoint
ALTER TABLE "kill_switches" ADD COLUMN "mcp_name" text;--> statement-breakpoint
-- What the operator stopped stays stopped: a tool that is deleted does not take the switch along.
ALTER TABLE kill_switches NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE tools NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
UPDATE "kill_switches" s SET
  "mcp_name" = (SELECT t."mcp_name" FROM "tools" t
    WHERE t."tenant_id" = s."tenant_id" AND t."tool_id" = s."tool_id"),
  "tool_id" = NULL
WHERE s."by_platform" AND s."scope" = 'tool';
--> statement-breakpoint
ALTER TABLE tools FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE kill_switches FORCE ROW LEVEL SECURITY;
