import { and, eq, lte, sql } from "drizzle-orm";
import { toolRevisions } from "#db/schema/tools.ts";
import type { Tx } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { documentOf, type ToolDocument, type ToolRow } from "./document.ts";
import type { ToolRevision, ToolRevisionSummary } from "./schema.ts";

export type RevisionRow = typeof toolRevisions.$inferSelect;

/** As the trigger `keep_tool_revision` has it too. */
const revisionsKept = 200;

type Numbers = Pick<ToolRow, "publishedRevision" | "draftRevision">;

export function toRevisionSummary(
  row: Omit<RevisionRow, "document" | "tenantId">,
  { publishedRevision, draftRevision }: Numbers,
): ToolRevisionSummary {
  return {
    tool_id: row.toolId,
    revision: row.revision,
    is_published: row.revision === publishedRevision,
    is_draft: row.revision === draftRevision,
    name: row.name,
    note: row.note,
    created_at: row.createdAt.toISOString(),
    created_by: { type: row.principalType, id: row.principalId },
  };
}

export function toRevision(row: RevisionRow, numbers: Numbers): ToolRevision {
  return { ...toRevisionSummary(row, numbers), ...documentOf(row.document as ToolDocument) };
}

export function noRevision(id: string, revision: number | string): AppError {
  return new AppError("not_found", `The tool "${id}" has no revision ${revision}.`);
}

/** One revision of a tool; throws `not_found`. */
export async function readRevision(
  tx: Tx,
  ctx: Ctx,
  id: string,
  revision: number,
): Promise<RevisionRow> {
  const [row] = await tx
    .select()
    .from(toolRevisions)
    .where(
      and(
        eq(toolRevisions.tenantId, ctx.tenantId),
        eq(toolRevisions.toolId, id),
        eq(toolRevisions.revision, revision),
      ),
    );
  if (!row) throw noRevision(id, revision);
  return row;
}

/**
 * Writes the revision that `tool`, which names it already, was saved as, and forgets what is older
 * than the newest 200.
 */
export async function addRevision(
  tx: Tx,
  ctx: Ctx,
  tool: ToolRow,
  document: ToolDocument,
  note = "",
): Promise<RevisionRow> {
  const { toolId, latestRevision, publishedRevision, draftRevision } = tool;
  const [row] = await tx
    .insert(toolRevisions)
    .values({
      ...{ tenantId: ctx.tenantId, toolId, revision: latestRevision },
      ...{ name: document.name, document, note },
      principalType: ctx.principal.type,
      principalId: ctx.principal.id,
    })
    .returning();
  if (!row) throw new Error("The insert returned no row");
  if (latestRevision > revisionsKept) {
    await tx
      .delete(toolRevisions)
      .where(
        and(
          eq(toolRevisions.tenantId, ctx.tenantId),
          eq(toolRevisions.toolId, toolId),
          lte(toolRevisions.revision, latestRevision - revisionsKept),
          sql`${toolRevisions.revision} not in (${publishedRevision ?? 0}, ${draftRevision ?? 0})`,
        ),
      );
  }
  return row;
}
