import { eq } from "drizzle-orm";
import { tools } from "#db/schema/tools.ts";
import { withTenant } from "#db/transaction.ts";
import { onChange } from "#lib/core/bus.ts";
import { createCache } from "#lib/core/cache.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { log } from "#lib/core/log.ts";
import { tenantTopic } from "#lib/tenants/snapshot.ts";
import { type InputSchema, toInputSchema } from "./parameters.ts";
import { type Run, refusalOf, runOf } from "./run.ts";
import { implementationKind } from "./schema.ts";

export const catalogTopic = "catalog";

/** A tool as it stands in `tools/list`. */
export interface ListedTool {
  name: string;
  title?: string;
  description: string;
  inputSchema: InputSchema;
}

export interface CatalogTool {
  toolId: string;
  mcpName: string;
  /** Absent where the tool cannot run. */
  inputSchema?: InputSchema;
  run: Run;
}

/** A tenant's tools, ready to be listed and called. */
export interface Catalog {
  /** Those that can run, in the order of their names' UTF-16 code units. */
  listed: readonly ListedTool[];
  byMcpName: ReadonlyMap<string, CatalogTool>;
  byToolId: ReadonlyMap<string, CatalogTool>;
}

type Row = typeof tools.$inferSelect;

function toListed(row: Row, inputSchema: InputSchema): ListedTool {
  const { mcpName, name, description } = row;
  const title = name === mcpName ? {} : { title: name };
  return { name: mcpName, ...title, description, inputSchema };
}

function toEntry(row: Row): { tool: CatalogTool; listed: ListedTool | null } {
  const { toolId, mcpName } = row;
  const config = row.config as JsonObject;
  const kind = implementationKind(config);
  // Code is not run yet, and its text is too large to be kept for nothing.
  if (kind === null || kind === "code") {
    return { tool: { toolId, mcpName, run: refusalOf(mcpName, kind) }, listed: null };
  }
  const inputSchema = toInputSchema(row.parameters as JsonObject);
  const run = runOf(kind, { mcpName, config }, inputSchema);
  return { tool: { toolId, mcpName, inputSchema, run }, listed: toListed(row, inputSchema) };
}

async function load(tenantId: string): Promise<Catalog> {
  const rows = await withTenant(tenantId, (tx) =>
    tx.select().from(tools).where(eq(tools.tenantId, tenantId)),
  );
  const entries = rows
    .sort((a, b) => (a.mcpName < b.mcpName ? -1 : 1))
    .flatMap((row) => {
      try {
        return toEntry(row);
      } catch (err) {
        log.error({ err, toolId: row.toolId }, "a tool in the database cannot be read");
        return [];
      }
    });
  return {
    listed: entries.flatMap(({ listed }) => listed ?? []),
    byMcpName: new Map(entries.map(({ tool }) => [tool.mcpName, tool])),
    byToolId: new Map(entries.map(({ tool }) => [tool.toolId, tool])),
  };
}

const cache = createCache<Catalog>({
  name: "catalogs",
  topic: catalogTopic,
  maxEntries: 2_000,
  ttlMs: 30_000,
  load,
});

// A tenant that is deleted takes its tools along, and its slug may be given out again.
onChange((change) => {
  if (change !== "everything" && change.topic === tenantTopic) cache.drop(change.key);
});

/** The tenant's catalog, read once and kept until a tool of it changes on any process. */
export function catalogOf(tenantId: string): Promise<Catalog> {
  return cache.get(tenantId);
}
