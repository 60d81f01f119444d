import { and, desc, eq, lt } from "drizzle-orm";
import { toolRevisions } from "#db/schema/tools.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { decodeCursor, type Page, type PageQuery, pageSize, toPage } from "#lib/core/page.ts";
import { parse } from "#lib/core/parse.ts";
import { refuseUngranted } from "../governance/visibility.ts";
import { checkId, maskedFor, readTool } from "../row.ts";
import { documentOf, type ToolRow } from "./document.ts";
import { jsonDiff } from "./json-diff.ts";
import { noRevision, readRevision, toRevision, toRevisionSummary } from "./revision-row.ts";
import {
  type DiffQuery,
  diffQuery,
  type RevisionDiff,
  type ToolRevision,
  type ToolRevisionSummary,
} from "./schema.ts";

const mostChanges = 500;

/** A revision's number as an address has it; what is none is a revision that is missing. */
function revisionOf(id: string, text: string): number {
  const revision = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : 0;
  if (revision < 1 || revision > 2_147_483_647) throw noRevision(id, text);
  return revision;
}

const summary = {
  toolId: toolRevisions.toolId,
  revision: toolRevisions.revision,
  name: toolRevisions.name,
  note: toolRevisions.note,
  principalType: toolRevisions.principalType,
  principalId: toolRevisions.principalId,
  createdAt: toolRevisions.createdAt,
};

/** The tool's revisions, newest first; `not_found` when the tenant has none of that id. */
export async function listRevisions(
  ctx: Ctx,
  id: string,
  query: PageQuery,
): Promise<Page<ToolRevisionSummary>> {
  authorize(ctx, "tools:read");
  checkId(id);
  await refuseUngranted(ctx, id);
  const size = Math.min(pageSize(query), 1000);
  const before = query.cursor ? revisionOf(id, decodeCursor(query.cursor, 1)[0] ?? "") : undefined;
  return withTenant(ctx.tenantId, async (tx) => {
    const tool = await readTool(tx, ctx, id);
    const rows = await tx
      .select(summary)
      .from(toolRevisions)
      .where(
        and(
          eq(toolRevisions.tenantId, ctx.tenantId),
          eq(toolRevisions.toolId, id),
          before === undefined ? undefined : lt(toolRevisions.revision, before),
        ),
      )
      .orderBy(desc(toolRevisions.revision))
      .limit(size + 1);
    const to = (row: (typeof rows)[number]) => toRevisionSummary(row, tool);
    return toPage(rows, size, (row) => [String(row.revision)], to);
  });
}

/** One revision of a tool, headers masked without tools:write; `not_found` when either is missing. */
export async function getRevision(ctx: Ctx, id: string, revision: string): Promise<ToolRevision> {
  authorize(ctx, "tools:read");
  checkId(id);
  await refuseUngranted(ctx, id);
  const number = revisionOf(id, revision);
  return withTenant(ctx.tenantId, async (tx) => {
    const tool = await readTool(tx, ctx, id);
    return maskedFor(ctx)(toRevision(await readRevision(tx, ctx, id, number), tool));
  });
}

/** The number that `draft`, `published` or a number in words stands for. */
function numberOf(tool: ToolRow, side: string): number {
  if (side !== "draft" && side !== "published") return revisionOf(tool.toolId, side);
  const number = side === "draft" ? tool.draftRevision : tool.publishedRevision;
  if (number !== null) return number;
  const why = side === "draft" ? "has no draft" : "was never published";
  throw new AppError("not_found", `The tool "${tool.toolId}" ${why}. Name two revisions.`);
}

async function definition(tx: Tx, ctx: Ctx, tool: ToolRow, revision: number) {
  const row = await readRevision(tx, ctx, tool.toolId, revision);
  return documentOf(maskedFor(ctx)(toRevision(row, tool)));
}

/** What differs between two revisions of a tool, field by field, up to 500 places. */
export async function diffRevisions(ctx: Ctx, id: string, raw: DiffQuery): Promise<RevisionDiff> {
  authorize(ctx, "tools:read");
  checkId(id);
  await refuseUngranted(ctx, id);
  const query = parse(diffQuery, raw);
  return withTenant(ctx.tenantId, async (tx) => {
    const tool = await readTool(tx, ctx, id);
    const from = numberOf(tool, query.from);
    const to = numberOf(tool, query.to);
    const old = await definition(tx, ctx, tool, from);
    const now = await definition(tx, ctx, tool, to);
    return { tool_id: id, from, to, ...jsonDiff(old, now, mostChanges) };
  });
}
