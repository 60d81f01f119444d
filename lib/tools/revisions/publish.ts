import { tools } from "#db/schema/tools.ts";
import type { Tx } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { parse } from "#lib/core/parse.ts";
import { mcpNameOf } from "../mcp-name.ts";
import { refuseTakenName, toKnownError } from "../names.ts";
import { change, checkId, lockTool, oneTool, statusOf, toAudited, toTool } from "../row.ts";
import type { Tool } from "../schema.ts";
import type { ToolDocument, ToolRow } from "./document.ts";
import { readRevision } from "./revision-row.ts";
import { type RollBackInput, rollBackInput } from "./schema.ts";
import { putInUse } from "./write.ts";

/** A race for the name may be lost after the look that would have told so. */
function named<T>(mcpName: string, write: Promise<T>): Promise<T> {
  return write.catch((error: unknown) => {
    throw toKnownError(error, mcpName);
  });
}

/** Puts one revision of a locked tool in use, whole or not at all, and audits it. */
export async function putRevisionInUse(
  tx: Tx,
  ctx: Ctx,
  before: ToolRow,
  { revision, note, action }: { revision: number; note: string; action: string },
): Promise<ToolRow> {
  if (statusOf(before) === "published" && before.publishedRevision === revision) return before;
  const { toolId } = before;
  const document = (await readRevision(tx, ctx, toolId, revision)).document as ToolDocument;
  const mcpName = mcpNameOf(document.name, toolId);
  await refuseTakenName(tx, ctx, mcpName, toolId);
  const after = await named(mcpName, putInUse(tx, ctx, before, { revision, document }));
  await audit(tx, ctx, {
    action,
    target: { type: "tool", id: toolId },
    before: { ...toAudited(before), note: "" },
    after: { ...toAudited(after), note },
  });
  return after;
}

/** Commits a change of one tool's state and makes every process see it. */
async function changeOne(
  ctx: Ctx,
  id: string,
  write: (tx: Tx, before: ToolRow) => Promise<ToolRow>,
): Promise<Tool> {
  authorize(ctx, "tools:write");
  checkId(id);
  return toTool(await change(ctx, async (tx) => write(tx, await lockTool(tx, ctx, id))));
}

/**
 * Publishes a revision, the draft unless told: calls run it from the next one on, in every process.
 * An archived tool is live again. What is published already is left as it is. Throws `conflict`
 * when there is no draft, or for a name that is reserved or taken, and `not_found`.
 */
export function publishRevision(
  ctx: Ctx,
  id: string,
  { revision, note = "" }: { revision?: number | undefined; note?: string | undefined },
): Promise<Tool> {
  return changeOne(ctx, id, (tx, before) => {
    const wanted = revision ?? before.draftRevision;
    if (wanted === null) {
      throw new AppError(
        "conflict",
        `The tool "${id}" has no draft to publish. Save one, or name the revision to publish.`,
      );
    }
    return putRevisionInUse(tx, ctx, before, { revision: wanted, note, action: "tool.publish" });
  });
}

/**
 * Publishes an earlier revision again; a draft stays. Throws `conflict` for a tool that was never
 * published, `invalid_request` for a revision that is not earlier, and `not_found`.
 */
export function rollBackTool(ctx: Ctx, id: string, raw: RollBackInput): Promise<Tool> {
  return changeOne(ctx, id, (tx, before) => {
    const { revision, note } = parse(rollBackInput, raw);
    const { publishedRevision } = before;
    if (publishedRevision === null) {
      throw new AppError(
        "conflict",
        `The tool "${id}" was never published, so there is nothing to go back from. Publish it.`,
      );
    }
    if (revision > publishedRevision) {
      throw new AppError(
        "invalid_request",
        `revision: ${revision} is later than ${publishedRevision}, which is published. Publish it to go forward.`,
        { errors: [{ pointer: "/revision", message: "must be earlier than the published one" }] },
      );
    }
    return putRevisionInUse(tx, ctx, before, { revision, note, action: "tool.roll_back" });
  });
}

async function setArchived(tx: Tx, ctx: Ctx, before: ToolRow, archived: boolean): Promise<ToolRow> {
  if ((before.archivedAt !== null) === archived) return before;
  const { toolId } = before;
  if (!archived && before.publishedRevision !== null) {
    await refuseTakenName(tx, ctx, before.mcpName, toolId);
  }
  const update = tx
    .update(tools)
    .set({ archivedAt: archived ? new Date() : null })
    .where(oneTool(ctx, toolId))
    .returning();
  const [row] = await named(before.mcpName, update.execute());
  if (!row) throw new Error("The update returned no row");
  await audit(tx, ctx, {
    action: archived ? "tool.archive" : "tool.unarchive",
    target: { type: "tool", id: toolId },
    before: { status: statusOf(before) },
    after: { status: statusOf(row) },
  });
  return row;
}

/** Takes a tool out of use and keeps it, with its history; its MCP name is free. */
export function archiveTool(ctx: Ctx, id: string): Promise<Tool> {
  return changeOne(ctx, id, (tx, before) => setArchived(tx, ctx, before, true));
}

/** Makes an archived tool what it was; `conflict` when another has its MCP name by now. */
export function unarchiveTool(ctx: Ctx, id: string): Promise<Tool> {
  return changeOne(ctx, id, (tx, before) => setArchived(tx, ctx, before, false));
}
