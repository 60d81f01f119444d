import type { Tool } from "@modelcontextprotocol/server";
import { and, eq, isNotNull, isNull } from "drizzle-orm";
import { tools } from "#db/schema/tools.ts";
import { withTenant } from "#db/transaction.ts";
import { createCache } from "#lib/core/cache.ts";
import type { Icon } from "#lib/core/icon-schema.ts";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { log } from "#lib/core/log.ts";
import { endedToolIds } from "#lib/offers/received.ts";
import { offersTopic } from "#lib/offers/row.ts";
import { tenantTopic } from "#lib/tenants/snapshot.ts";
import { goneOf, type Run, refusalOf, runOf } from "./calls/run.ts";
import { searchOf } from "./catalog-search.ts";
import { goneToolIds } from "./import/upstream/record.ts";
import { toInputSchema } from "./json-schema/parameters.ts";
import { type OutputCheck, outputCheckOf } from "./json-schema/validator.ts";
import type { Confirmation, TaskSupport } from "./listing-schema.ts";
import { implementationKind, type RuntimeKind } from "./schema.ts";

export const catalogTopic = "catalog";

export interface CatalogTool {
  toolId: string;
  mcpName: string;
  /** The published revision; null for a definition that was never saved. */
  revision: number | null;
  /** How it runs; null when it cannot. */
  kind: RuntimeKind | null;
  run: Run;
  /** As it stands in `tools/list`; null when it cannot run, and is not listed. */
  listed: Tool | null;
  confirm: Confirmation;
  /** Whether the user's word is asked before it runs: `confirm` with the tool's own hints. */
  needsConfirmation: boolean;
  pinned: boolean;
  taskSupport: TaskSupport;
  /** Answers with one message and asks nothing, and no header mirrors an argument of it. */
  isPlain: boolean;
}

/** A tenant's live tools, ready to be listed and called: published ones, not archived. */
export interface Catalog {
  /** Those that can run, in the order of their names' UTF-16 code units. */
  listed: readonly Tool[];
  byMcpName: ReadonlyMap<string, CatalogTool>;
  byToolId: ReadonlyMap<string, CatalogTool>;
  /** Up to `limit` of the tools that can run, best first. */
  search(query: string, limit: number): CatalogTool[];
}

type Row = typeof tools.$inferSelect;

/** MCP's Tool (revision 2026-07-28, server/tools). */
function toListed(row: Row): Tool {
  const { mcpName, name, description, taskSupport } = row;
  const annotations = row.annotations as NonNullable<Tool["annotations"]>;
  const title = row.title ?? annotations.title ?? (name === mcpName ? undefined : name);
  const icons = row.icons as Icon[];
  const outputSchema = row.outputSchema as JsonObject | null;
  const meta = row.meta as JsonObject;
  return {
    name: mcpName,
    ...(title === undefined ? {} : { title }),
    description,
    ...(icons.length > 0 ? { icons } : {}),
    inputSchema: toInputSchema(row.parameters as JsonObject) as Tool["inputSchema"],
    ...(outputSchema === null ? {} : { outputSchema }),
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    ...(taskSupport === "forbidden" ? {} : { execution: { taskSupport } }),
    ...(Object.keys(meta).length > 0 ? { _meta: meta } : {}),
  };
}

/** An HTTP tool that tells of its answer while it arrives. */
function streams({ response }: JsonObject): boolean {
  return isJsonObject(response) && response.stream === true;
}

/** Compiled at the first check; most tools of a catalog are not called while it lives. */
function outputCheck(schema: JsonObject | null): OutputCheck {
  if (schema === null) return () => [];
  let check: OutputCheck | undefined;
  return (tenantId, value) => {
    if (value === undefined) {
      return [{ pointer: "", message: "is required: the tool declares an output schema" }];
    }
    check ??= outputCheckOf(schema);
    return check(tenantId, value);
  };
}

/** A tool as its row says it, ready to run; `publishedRevision` is what its calls say they ran. */
export function toEntry(row: Row): CatalogTool {
  const { toolId, mcpName, confirm, pinned, taskSupport, timeoutMs } = row;
  const revision = row.publishedRevision;
  const config = row.config as JsonObject;
  const { destructiveHint } = row.annotations as NonNullable<Tool["annotations"]>;
  const needsConfirmation =
    confirm === "always" || (confirm === "destructive" && destructiveHint === true);
  const known = { toolId, mcpName, revision, confirm, needsConfirmation, pinned, taskSupport };
  const kind = implementationKind(config);
  if (kind === null) {
    return { ...known, kind, run: refusalOf(mcpName), listed: null, isPlain: false };
  }
  const listed = toListed(row);
  const schema = row.outputSchema as JsonObject | null;
  const checkOutput = outputCheck(schema);
  const title = listed.title ?? mcpName;
  const conduct = { title, revision, needsConfirmation, timeoutMs, checkOutput };
  const { inputSchema, outputSchema } = listed;
  const runnable = {
    ...{ toolId, mcpName, config, inputSchema },
    ...(schema === null ? {} : { output: { schema, check: checkOutput } }),
  };
  const run = runOf(kind, runnable, inputSchema, conduct);
  const isPlain =
    ((kind === "http" && !streams(config)) ||
      kind === "code" ||
      kind === "ai" ||
      kind === "offer") &&
    !needsConfirmation &&
    taskSupport === "forbidden" &&
    (outputSchema === undefined || outputSchema.type === "object") &&
    !JSON.stringify(inputSchema).includes('"x-mcp-header"');
  return { ...known, kind, run, listed, isPlain };
}

async function load(tenantId: string): Promise<Catalog> {
  const { rows, gone } = await withTenant(tenantId, async (tx) => ({
    rows: await tx
      .select()
      .from(tools)
      .where(
        and(
          eq(tools.tenantId, tenantId),
          isNotNull(tools.publishedRevision),
          isNull(tools.archivedAt),
        ),
      ),
    gone: await goneToolIds(tx, tenantId),
  }));
  const ended = await endedToolIds(tenantId);
  const entries = rows
    .sort((a, b) => (a.mcpName < b.mcpName ? -1 : 1))
    .flatMap((row) => {
      try {
        const entry = toEntry(row);
        // Its calls say why; it is in no list.
        if (ended.has(row.toolId)) return [{ ...entry, listed: null }];
        return [gone.has(row.toolId) ? { ...entry, run: goneOf(entry.mcpName) } : entry];
      } catch (err) {
        log.error({ err, toolId: row.toolId }, "a tool in the database cannot be read");
        return [];
      }
    });
  return catalogFrom(entries);
}

function catalogFrom(entries: readonly CatalogTool[]): Catalog {
  const runnable = entries.flatMap((tool) => (tool.listed ? [{ tool, listed: tool.listed }] : []));
  let search: ((query: string, limit: number) => { tool: CatalogTool }[]) | undefined;
  return {
    listed: runnable.map(({ listed }) => listed),
    byMcpName: new Map(entries.map((tool) => [tool.mcpName, tool])),
    byToolId: new Map(entries.map((tool) => [tool.toolId, tool])),
    search(query, limit) {
      search ??= searchOf(runnable, ({ listed }) => listed);
      return search(query, limit).map(({ tool }) => tool);
    },
  };
}

const cache = createCache<Catalog>({
  name: "catalogs",
  // A tenant that is deleted takes its tools along, and its slug may be given out again. What other
  // tenants offer comes and goes.
  topic: [catalogTopic, tenantTopic, offersTopic],
  maxEntries: 2_000,
  ttlMs: 30_000,
  load,
});

/** The tenant's catalog, read once and kept until a tool of it changes on any process. */
export function catalogOf(tenantId: string): Promise<Catalog> {
  return cache.get(tenantId);
}
