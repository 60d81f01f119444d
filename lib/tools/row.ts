import { and, asc, eq, inArray } from "drizzle-orm";
import { tools } from "#db/schema/tools.ts";
import type { Tx } from "#db/transaction.ts";
import { commitChange } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { notFound } from "#lib/core/errors.ts";
import { auditedIcons } from "#lib/core/icon-schema.ts";
import { catalogTopic } from "./catalog.ts";
import { documentOfRow, maskedDocument, type ToolRow } from "./revisions/document.ts";
import { type Tool, type ToolStatus, toolId } from "./schema.ts";

export function statusOf(row: Pick<ToolRow, "archivedAt" | "publishedRevision">): ToolStatus {
  if (row.archivedAt !== null) return "archived";
  return row.publishedRevision === null ? "draft" : "published";
}

/** A tool as it stands on the wire. */
export function toTool(row: ToolRow): Tool {
  return {
    tool_id: row.toolId,
    ...documentOfRow(row),
    is_dynamic: row.isDynamic,
    tenant_id: row.tenantId,
    mcp_name: row.mcpName,
    status: statusOf(row),
    revision: row.publishedRevision,
    latest_revision: row.latestRevision,
    has_draft: row.draftRevision !== null,
    draft_revision: row.draftRevision,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}

export function toAudited(row: ToolRow): Tool {
  const shown = maskedDocument(toTool(row));
  return { ...shown, icons: auditedIcons(shown.icons) };
}

/** Whoever may write a tool may see what was written into it. */
export function maskedFor(ctx: Ctx): <T extends Pick<Tool, "config">>(document: T) => T {
  return ctx.permissions.has("tools:write") ? (document) => document : maskedDocument;
}

/** The one tool of that id in the caller's tenant. */
export function oneTool(ctx: Ctx, id: string) {
  return and(eq(tools.tenantId, ctx.tenantId), eq(tools.toolId, id));
}

/** Ids that no tool can have are missing ones, and PostgreSQL never sees them. */
export function checkId(id: string): void {
  if (!toolId.safeParse(id).success) throw notFound("tool", id);
}

/** The tool's row, to be changed by this transaction; throws `not_found`. */
export async function lockTool(tx: Tx, ctx: Ctx, id: string): Promise<ToolRow> {
  const [row] = await tx.select().from(tools).where(oneTool(ctx, id)).for("update");
  if (!row) throw notFound("tool", id);
  return row;
}

/** The tool's row; throws `not_found`. */
export async function readTool(tx: Tx, ctx: Ctx, id: string): Promise<ToolRow> {
  const [row] = await tx.select().from(tools).where(oneTool(ctx, id));
  if (!row) throw notFound("tool", id);
  return row;
}

/** The ids of all of the tenant's tools, up to `most` of them. */
export async function toolIds(tx: Tx, ctx: Ctx, most: number): Promise<string[]> {
  const rows = await tx
    .select({ toolId: tools.toolId })
    .from(tools)
    .where(eq(tools.tenantId, ctx.tenantId))
    .orderBy(asc(tools.toolId))
    .limit(most);
  return rows.map(({ toolId }) => toolId);
}

/** Those of these tools that are there, in the order of their ids; `lock`: to be changed. */
export function readTools(
  tx: Tx,
  ctx: Ctx,
  ids: readonly string[],
  lock: boolean,
): Promise<ToolRow[]> {
  const known = ids.filter((id) => toolId.safeParse(id).success);
  const found = tx
    .select()
    .from(tools)
    .where(and(eq(tools.tenantId, ctx.tenantId), inArray(tools.toolId, known)))
    .orderBy(asc(tools.toolId));
  return lock ? found.for("update").execute() : found.execute();
}

/** Commits `write` on the tenant's tools and makes every process read its catalog anew. */
export function change<T>(ctx: Ctx, write: (tx: Tx) => Promise<T>): Promise<T> {
  return commitChange(ctx, catalogTopic, write);
}
