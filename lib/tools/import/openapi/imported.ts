import { and, asc, eq, sql } from "drizzle-orm";
import { tools } from "#db/schema/tools.ts";
import type { Tx } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { documentOfRow, type ToolRow } from "../../revisions/document.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { PlannedOperation, PlanOptions } from "./plan.ts";
import type { ImportOperation, ProposedTool } from "./schema.ts";

/** Where an imported tool comes from; stands in its `config.import`. */
export interface Origin {
  source: string;
  operation: string;
  /** Of the tool as it was imported. */
  fingerprint: string;
}

/** The origin that a tool's config names, or null. */
function originOf(config: unknown): Origin | null {
  const origin = isJsonObject(config) ? config.import : undefined;
  if (!isJsonObject(origin)) return null;
  const { source, operation, fingerprint } = origin;
  const isWhole =
    typeof source === "string" && typeof operation === "string" && typeof fingerprint === "string";
  return isWhole ? { source, operation, fingerprint } : null;
}

/** Names and ids of all the tenant's tools, with the source that each was imported from. */
export async function namesInUse(tx: Tx, ctx: Ctx): Promise<PlanOptions["names"]> {
  const rows = await tx
    .select({
      toolId: tools.toolId,
      mcpName: tools.mcpName,
      // Read here: PostgreSQL's json operators fail on documents that hold `\u0000`.
      config: sql<string | null>`case when strpos(${tools.config}::text, '"import"') > 0
        then ${tools.config}::text end`,
    })
    .from(tools)
    .where(eq(tools.tenantId, ctx.tenantId));
  return rows.flatMap(({ toolId, mcpName, config }) => {
    const source = config === null ? null : (originOf(JSON.parse(config))?.source ?? null);
    // An id is for ever its tool's, whatever it is called.
    return [
      { name: mcpName, source },
      { name: toolId, source },
    ];
  });
}

export interface Imported {
  row: ToolRow;
  origin: Origin;
  /** Changed here since its import. */
  edited: boolean;
}

/** What an import has a say in, of a tool as it is. */
export function currentOf(row: ToolRow): ProposedTool {
  const { name, title, description, config, parameters, output_schema, annotations } =
    documentOfRow(row);
  return { name, title, description, config, parameters, output_schema, annotations };
}

/** The tools that were imported from a source, by their operation. */
export async function importedFrom(
  tx: Tx,
  ctx: Ctx,
  source: string,
  lock = false,
): Promise<Map<string, Imported>> {
  const query = tx
    .select()
    .from(tools)
    .where(
      and(eq(tools.tenantId, ctx.tenantId), sql`strpos(${tools.config}::text, '"import"') > 0`),
    )
    .orderBy(asc(tools.toolId));
  const rows = lock ? await query.for("update") : await query;
  const found = new Map<string, Imported>();
  for (const row of rows) {
    const origin = originOf(row.config as JsonObject);
    if (origin?.source !== source || found.has(origin.operation)) continue;
    const edited = fingerprintOf(currentOf(row)) !== origin.fingerprint;
    found.set(origin.operation, { row, origin, edited });
  }
  return found;
}

/** How an operation stands to the tool that was made of it before. */
export function stateOf(
  { outcome }: PlannedOperation,
  before: Imported | undefined,
): ImportOperation["state"] {
  if (!before) return "new";
  if ("problem" in outcome) return "unchanged";
  return outcome.fingerprint === before.origin.fingerprint ? "unchanged" : "changed";
}
