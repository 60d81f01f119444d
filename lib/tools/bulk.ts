import { and, asc, eq, inArray, sql } from "drizzle-orm";
import type { z } from "zod";
import { uniqueViolation } from "#db/errors.ts";
import { toolRevisions, tools } from "#db/schema/tools.ts";
import type { Tx } from "#db/transaction.ts";
import { auditAll } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { asLimitExceeded } from "#lib/tenants/limits.ts";
import { mcpNameOf } from "./mcp-name.ts";
import { namesOfOthers, refuseReservedName } from "./names.ts";
import { columnsOf, documentOf, type ToolRow } from "./revisions/document.ts";
import { saveAsDraft } from "./revisions/drafts.ts";
import { saveAndPublish } from "./revisions/write.ts";
import { toAudited } from "./row.ts";
import type { registerToolInput } from "./schema.ts";

type Input = z.output<typeof registerToolInput>;

const rowsAtOnce = 200;

function inParts<T>(all: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < all.length; at += rowsAtOnce) parts.push(all.slice(at, at + rowsAtOnce));
  return parts;
}

/** Throws `conflict` for names that other live tools, or two of these, have. */
async function refuseTakenNames(tx: Tx, ctx: Ctx, inputs: readonly Input[]): Promise<void> {
  const ids = inputs.map(({ tool_id }) => tool_id);
  const names = inputs.map(({ name, tool_id }) => mcpNameOf(name, tool_id));
  const twice = names.filter((name, at) => names.indexOf(name) !== at);
  const taken = [...new Set([...twice, ...(await namesOfOthers(tx, ctx, names, ids))])];
  if (taken.length === 0) return;
  const shown = taken.slice(0, 10).map((name) => `"${name}"`);
  throw new AppError(
    "conflict",
    `MCP clients already call other tools of the tenant ${shown.join(", ")}. Give these other names, such as by a prefix.`,
  );
}

/** Where a new tool's first revision stands. */
const firstRevision = {
  published: { publishedRevision: 1, latestRevision: 1 },
  draft: { draftRevision: 1, latestRevision: 1 },
};

async function insert(
  tx: Tx,
  ctx: Ctx,
  inputs: readonly Input[],
  as: keyof typeof firstRevision,
  note = "",
): Promise<ToolRow[]> {
  const { tenantId, principal } = ctx;
  const rows: ToolRow[] = [];
  for (const part of inParts(inputs)) {
    const documents = part.map((input) => ({ input, document: documentOf(input) }));
    const made = await tx
      .insert(tools)
      .values(
        documents.map(({ input: { tool_id, name, is_dynamic }, document }) => ({
          ...{ tenantId, toolId: tool_id, mcpName: mcpNameOf(name, tool_id) },
          ...{ ...columnsOf(document), isDynamic: is_dynamic },
          ...firstRevision[as],
        })),
      )
      .returning();
    await tx.insert(toolRevisions).values(
      documents.map(({ input: { tool_id }, document }) => ({
        ...{ tenantId, toolId: tool_id, revision: 1, name: document.name, document },
        ...{ principalType: principal.type, principalId: principal.id, note },
      })),
    );
    rows.push(...made);
  }
  await auditAll(
    tx,
    ctx,
    rows.map((row) => ({
      action: "tool.create",
      target: { type: "tool", id: row.toolId },
      after: toAudited(row),
    })),
  );
  return rows;
}

function toBulkError(error: unknown): unknown {
  const broken = uniqueViolation(error);
  if (broken === undefined) return asLimitExceeded(error) ?? error;
  return new AppError(
    "conflict",
    "Somebody else has registered a tool of the same id or name meanwhile. Nothing was written; try again.",
    { cause: error },
  );
}

/** The tools of these ids that are there, each held until the transaction ends. */
async function lockKnown(tx: Tx, ctx: Ctx, inputs: readonly Input[]) {
  const known = new Map<string, ToolRow>();
  for (const part of inParts(inputs)) {
    const ids = part.map(({ tool_id }) => tool_id);
    const found = await tx
      .select()
      .from(tools)
      .where(and(eq(tools.tenantId, ctx.tenantId), inArray(tools.toolId, ids)))
      .orderBy(asc(tools.toolId))
      .for("update");
    for (const row of found) known.set(row.toolId, row);
  }
  return known;
}

function freshOf(inputs: readonly Input[], known: ReadonlyMap<string, unknown>): Input[] {
  const fresh = inputs.filter(({ tool_id }) => !known.has(tool_id));
  for (const { name, tool_id } of fresh) refuseReservedName(mcpNameOf(name, tool_id), undefined);
  return fresh;
}

/** Ids of what was written. */
export interface Written {
  created: string[];
  updated: string[];
}

/**
 * Registers many tools within the caller's transaction, as `saveAndPublish` does one: all or none.
 * The caller has parsed the inputs, has passed them to `checkDefinition`, and announces the catalog.
 * Throws `conflict` for a name that is reserved or taken, and `limit_exceeded` when not all of them
 * fit into the tenant's `max_tools`.
 */
export async function saveAndPublishAll(
  tx: Tx,
  ctx: Ctx,
  inputs: readonly Input[],
): Promise<Written> {
  try {
    for (const part of inParts(inputs)) await refuseTakenNames(tx, ctx, part);
    const known = await lockKnown(tx, ctx, inputs);
    const created = await insert(tx, ctx, freshOf(inputs, known), "published");
    const updated: string[] = [];
    for (const input of inputs) {
      if (!known.has(input.tool_id)) continue;
      await saveAndPublish(tx, ctx, input);
      updated.push(input.tool_id);
    }
    return { created: created.map(({ toolId }) => toolId), updated };
  } catch (error) {
    throw toBulkError(error);
  }
}

/**
 * The same as drafts, which nobody calls before they are published; names that live tools have are
 * no hindrance until then. What is a tool's draft already is not written again. Throws `conflict`
 * for a reserved name, and `limit_exceeded`.
 */
export async function saveDrafts(
  tx: Tx,
  ctx: Ctx,
  inputs: readonly Input[],
  note: string,
): Promise<Written> {
  try {
    const known = await lockKnown(tx, ctx, inputs);
    const created = await insert(tx, ctx, freshOf(inputs, known), "draft", note);
    const updated: string[] = [];
    for (const input of inputs) {
      const row = known.get(input.tool_id);
      if (!row) continue;
      const { isNew } = await saveAsDraft(tx, ctx, row, documentOf(input), note);
      if (isNew) updated.push(input.tool_id);
    }
    return { created: created.map(({ toolId }) => toolId), updated };
  } catch (error) {
    throw toBulkError(error);
  }
}

/**
 * Saves one tool as a draft, as `saveDrafts` does, within a transaction that goes on when it is
 * refused. Answers why it was, or null.
 */
export async function saveOneDraft(
  tx: Tx,
  ctx: Ctx,
  input: Input,
  note: string,
): Promise<string | null> {
  await tx.execute(sql`savepoint one_draft`);
  try {
    await saveDrafts(tx, ctx, [input], note);
    await tx.execute(sql`release savepoint one_draft`);
    return null;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    await tx.execute(sql`rollback to savepoint one_draft`);
    return error.message;
  }
}
