import { sql } from "drizzle-orm";
import { tools } from "#db/schema/tools.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { prefixedId } from "#lib/core/ids.ts";
import { parse } from "#lib/core/parse.ts";
import { refuseUngranted } from "../governance/visibility.ts";
import { mcpNameOf } from "../mcp-name.ts";
import { refuseReservedName, toKnownError } from "../names.ts";
import { checkId, lockTool, maskedFor, oneTool, readTool, toAudited, toTool } from "../row.ts";
import { registerToolInput, type Tool } from "../schema.ts";
import {
  columnsOf,
  documentOf,
  documentOfRow,
  isSameDocument,
  maskedDocument,
  type ToolDocument,
  type ToolRow,
} from "./document.ts";
import { addRevision, type RevisionRow, readRevision, toRevision } from "./revision-row.ts";
import {
  type CreateDraftInput,
  createDraftInput,
  type SaveDraftInput,
  saveDraftInput,
  type ToolRevision,
} from "./schema.ts";
import { checkDefinition } from "./write.ts";

function noDraft(id: string): AppError {
  return new AppError("not_found", `The tool "${id}" has no draft.`);
}

/** Refuses a change that was made on another revision than the one saved last. */
function checkBase({ toolId, latestRevision }: ToolRow, base: number | null | undefined): void {
  if (base === undefined || base === null || base === latestRevision) return;
  throw new AppError(
    "conflict",
    `The tool "${toolId}" is at revision ${latestRevision}, and this change was made on ${base}. Read it again, and send base_revision ${latestRevision}.`,
    { extra: { latest_revision: latestRevision } },
  );
}

/** What a draft is checked by is what a tool is registered by. */
async function checkedDefinition(ctx: Ctx, id: string, definition: object): Promise<ToolDocument> {
  const input = parse(registerToolInput, { ...definition, tool_id: id });
  await checkDefinition(ctx, input);
  return documentOf(input);
}

/**
 * Creates a tool as a draft: it has its id, and nobody can call it until it is published. Throws
 * `invalid_request`, `conflict` for an id that is taken, and `limit_exceeded`.
 */
export async function createDraft(ctx: Ctx, raw: CreateDraftInput): Promise<Tool> {
  authorize(ctx, "tools:write");
  const { is_dynamic, note, ...rest } = parse(createDraftInput, raw);
  const { tool_id = prefixedId("tool"), ...definition } = rest;
  const document = await checkedDefinition(ctx, tool_id, definition);
  const mcpName = mcpNameOf(document.name, tool_id);
  refuseReservedName(mcpName, undefined);
  try {
    return await withTenant(ctx.tenantId, async (tx) => {
      const [row] = await tx
        .insert(tools)
        .values({
          ...{ tenantId: ctx.tenantId, toolId: tool_id, mcpName, ...columnsOf(document) },
          ...{ isDynamic: is_dynamic, draftRevision: 1, latestRevision: 1 },
        })
        .onConflictDoNothing()
        .returning();
      if (!row) {
        throw new AppError(
          "conflict",
          `The tenant has a tool "${tool_id}" already. Give this one another id, or PUT /tools/${tool_id}/draft to change that one.`,
          { errors: [{ pointer: "/tool_id", message: "is another tool's id" }] },
        );
      }
      await addRevision(tx, ctx, row, document, note);
      await audit(tx, ctx, {
        action: "tool.create",
        target: { type: "tool", id: tool_id },
        after: toAudited(row),
      });
      return toTool(row);
    });
  } catch (error) {
    throw toKnownError(error, mcpName);
  }
}

/**
 * Saves a draft as the tool's next revision, which calls do not run until it is published. What is
 * saved already makes none. Throws `conflict` when `base_revision` is not the latest one.
 */
export async function saveDraft(ctx: Ctx, id: string, raw: SaveDraftInput): Promise<ToolRevision> {
  authorize(ctx, "tools:write");
  checkId(id);
  const { base_revision, note, ...definition } = parse(saveDraftInput, raw);
  const document = await checkedDefinition(ctx, id, definition);
  return withTenant(ctx.tenantId, async (tx) => {
    const before = await lockTool(tx, ctx, id);
    checkBase(before, base_revision);
    return (await saveAsDraft(tx, ctx, before, document, note)).draft;
  });
}

/**
 * Saves a checked definition as the draft of a locked tool, in the caller's transaction, and audits
 * it. `isNew` is false for what is saved already. Throws `conflict` for a reserved name.
 */
export async function saveAsDraft(
  tx: Tx,
  ctx: Ctx,
  before: ToolRow,
  document: ToolDocument,
  note: string,
): Promise<{ draft: ToolRevision; isNew: boolean }> {
  refuseReservedName(mcpNameOf(document.name, before.toolId), before.mcpName);
  const same = await savedLast(tx, ctx, before, document);
  if (same) return { draft: toRevision(same, before), isNew: false };
  const { row, saved } = await writeDraft(tx, ctx, before, document, note);
  const draft = toRevision(saved, row);
  await audit(tx, ctx, {
    action: "tool.save_draft",
    target: { type: "tool", id: before.toolId },
    after: maskedDocument(draft),
  });
  return { draft, isNew: true };
}

/** The draft, or the published revision where there is none, if it says the same. */
async function savedLast(
  tx: Tx,
  ctx: Ctx,
  row: ToolRow,
  document: ToolDocument,
): Promise<RevisionRow | null> {
  const revision = row.draftRevision ?? row.publishedRevision;
  if (revision === null) return null;
  if (row.draftRevision === null && !isSameDocument(documentOfRow(row), document)) return null;
  const saved = await readRevision(tx, ctx, row.toolId, revision);
  return isSameDocument(saved.document as ToolDocument, document) ? saved : null;
}

async function writeDraft(
  tx: Tx,
  ctx: Ctx,
  before: ToolRow,
  document: ToolDocument,
  note: string,
): Promise<{ row: ToolRow; saved: RevisionRow }> {
  const revision = before.latestRevision + 1;
  // Until one is published, the tool is its draft.
  const shown = { ...columnsOf(document), mcpName: mcpNameOf(document.name, before.toolId) };
  const [row] = await tx
    .update(tools)
    .set({
      ...{ draftRevision: revision, latestRevision: revision },
      ...(before.publishedRevision === null ? { ...shown, updatedAt: sql`now()` } : {}),
    })
    .where(oneTool(ctx, before.toolId))
    .returning();
  if (!row) throw new Error("The update returned no row");
  return { row, saved: await addRevision(tx, ctx, row, document, note) };
}

/** The tool's draft; `not_found` when there is none, or no such tool. */
export async function getDraft(
  ctx: Ctx,
  id: string,
): Promise<{ draft: ToolRevision; latestRevision: number }> {
  authorize(ctx, "tools:read");
  checkId(id);
  await refuseUngranted(ctx, id);
  return withTenant(ctx.tenantId, async (tx) => {
    const row = await readTool(tx, ctx, id);
    if (row.draftRevision === null) throw noDraft(id);
    const draft = toRevision(await readRevision(tx, ctx, id, row.draftRevision), row);
    return { draft: maskedFor(ctx)(draft), latestRevision: row.latestRevision };
  });
}

/**
 * Takes back the draft: the tool is what is published. The revision stays in the history. Throws
 * `conflict` for a tool that was never published.
 */
export async function discardDraft(ctx: Ctx, id: string): Promise<Tool> {
  authorize(ctx, "tools:write");
  checkId(id);
  return withTenant(ctx.tenantId, async (tx) => {
    const before = await lockTool(tx, ctx, id);
    if (before.draftRevision === null) throw noDraft(id);
    if (before.publishedRevision === null) {
      throw new AppError(
        "conflict",
        `The tool "${id}" was never published, so nothing would be left of it. Delete it instead.`,
      );
    }
    const [row] = await tx
      .update(tools)
      .set({ draftRevision: null })
      .where(oneTool(ctx, id))
      .returning();
    if (!row) throw new Error("The update returned no row");
    await audit(tx, ctx, {
      action: "tool.discard_draft",
      target: { type: "tool", id },
      before: { revision: before.draftRevision },
    });
    return toTool(row);
  });
}
