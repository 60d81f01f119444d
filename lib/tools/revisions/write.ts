import { sql } from "drizzle-orm";
import type { z } from "zod";
import { tools } from "#db/schema/tools.ts";
import type { Tx } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { codeMistakes } from "../config/code-mistakes.ts";
import { promptMistakes } from "../config/prompt-template.ts";
import { httpMistakes } from "../http/mistakes.ts";
import { selectMistakes } from "../http/select.ts";
import { headerMistakes } from "../json-schema/param-headers.ts";
import { pointerInParameters, toInputSchema } from "../json-schema/parameters.ts";
import { schemaMistakes } from "../json-schema/validator.ts";
import { mcpNameOf } from "../mcp-name.ts";
import { refuseReservedName, refuseTakenName } from "../names.ts";
import { oneTool, statusOf, toAudited } from "../row.ts";
import type { registerToolInput } from "../schema.ts";
import {
  columnsOf,
  documentOf,
  documentOfRow,
  isSameDocument,
  type ToolDocument,
  type ToolRow,
} from "./document.ts";
import { addRevision, readRevision } from "./revision-row.ts";

/** Throws `invalid_request` for schemas that nothing could be checked against, and what cannot run. */
export async function checkDefinition(
  { tenantId }: Ctx,
  {
    parameters,
    output_schema,
    config,
  }: Pick<ToolDocument, "config" | "parameters" | "output_schema">,
): Promise<void> {
  const schema = toInputSchema(parameters);
  const mistakes = await schemaMistakes(tenantId, schema);
  const input = mistakes.length > 0 ? mistakes : headerMistakes(schema);
  const errors = [
    ...(await codeMistakes(config)),
    ...(await promptMistakes(tenantId, config)),
    ...httpMistakes(config, schema),
    ...(await selectMistakes(tenantId, config)),
    ...input.map(({ pointer, message }) => ({
      pointer: pointerInParameters(parameters, pointer),
      message,
    })),
    ...(output_schema === null ? [] : await schemaMistakes(tenantId, output_schema)).map(
      ({ pointer, message }) => ({ pointer: `/output_schema${pointer}`, message }),
    ),
  ];
  if (errors.length === 0) return;
  const detail = errors.map(({ pointer, message }) => `${pointer}: ${message}`).join("; ");
  throw new AppError("invalid_request", detail, { errors });
}

/** The revision that says what is to be published already, or null. */
async function savedAs(
  tx: Tx,
  ctx: Ctx,
  row: ToolRow,
  document: ToolDocument,
): Promise<number | null> {
  const { publishedRevision, draftRevision } = row;
  if (publishedRevision !== null && isSameDocument(documentOfRow(row), document)) {
    return publishedRevision;
  }
  if (draftRevision === null) return null;
  const draft = await readRevision(tx, ctx, row.toolId, draftRevision);
  return isSameDocument(draft.document as ToolDocument, document) ? draftRevision : null;
}

/**
 * Makes `revision` what the tool is, live from now on. The tool's draft stays, unless it is this.
 * Throws `conflict` for a name that the tool may not have.
 */
export async function putInUse(
  tx: Tx,
  ctx: Ctx,
  before: ToolRow,
  { revision, document }: { revision: number; document: ToolDocument },
  rest: Partial<typeof tools.$inferInsert> = {},
): Promise<ToolRow> {
  const mcpName = mcpNameOf(document.name, before.toolId);
  refuseReservedName(mcpName, before.mcpName);
  const [row] = await tx
    .update(tools)
    .set({
      ...columnsOf(document),
      mcpName,
      publishedRevision: revision,
      draftRevision: before.draftRevision === revision ? null : before.draftRevision,
      archivedAt: null,
      updatedAt: sql`now()`,
      ...rest,
    })
    .where(oneTool(ctx, before.toolId))
    .returning();
  if (!row) throw new Error("The update returned no row");
  return row;
}

/**
 * Saves a tool as its next revision, or as its first, and publishes it in the transaction of the
 * caller, who has parsed `input`, has passed it to `checkSchemas`, and announces the catalog. What
 * is published already is left as it is. Throws `conflict` for a name that is reserved or taken.
 */
export async function saveAndPublish(
  tx: Tx,
  ctx: Ctx,
  input: z.output<typeof registerToolInput>,
): Promise<ToolRow> {
  const { tool_id, is_dynamic } = input;
  const document = documentOf(input);
  const [before] = await tx.select().from(tools).where(oneTool(ctx, tool_id)).for("update");
  const after = before
    ? await replace(tx, ctx, before, { document, isDynamic: is_dynamic })
    : await insert(tx, ctx, input, document);
  if (!after) {
    await refuseTakenName(tx, ctx, mcpNameOf(input.name, tool_id), tool_id);
    // Another caller has registered it since the look: its row is there now, and is updated.
    return saveAndPublish(tx, ctx, input);
  }
  if (after === before) return after;
  await audit(tx, ctx, {
    action: before ? "tool.update" : "tool.create",
    target: { type: "tool", id: tool_id },
    before: before && toAudited(before),
    after: toAudited(after),
  });
  return after;
}

async function insert(
  tx: Tx,
  ctx: Ctx,
  { tool_id, name, is_dynamic }: z.output<typeof registerToolInput>,
  document: ToolDocument,
): Promise<ToolRow | undefined> {
  const mcpName = mcpNameOf(name, tool_id);
  refuseReservedName(mcpName, undefined);
  const [row] = await tx
    .insert(tools)
    .values({
      ...{ tenantId: ctx.tenantId, toolId: tool_id, mcpName, ...columnsOf(document) },
      ...{ isDynamic: is_dynamic, publishedRevision: 1, latestRevision: 1 },
    })
    // With a target, rows that meet at the same moment would fail on the other unique key.
    .onConflictDoNothing()
    .returning();
  if (row) await addRevision(tx, ctx, row, document);
  return row;
}

async function replace(
  tx: Tx,
  ctx: Ctx,
  before: ToolRow,
  { document, isDynamic }: { document: ToolDocument; isDynamic: boolean },
): Promise<ToolRow> {
  const saved = await savedAs(tx, ctx, before, document);
  const isLive = statusOf(before) === "published" && saved === before.publishedRevision;
  if (isLive && before.isDynamic === isDynamic) return before;
  if (saved !== null) {
    return putInUse(tx, ctx, before, { revision: saved, document }, { isDynamic });
  }
  const revision = before.latestRevision + 1;
  const rest = { isDynamic, latestRevision: revision };
  const after = await putInUse(tx, ctx, before, { revision, document }, rest);
  await addRevision(tx, ctx, after, document);
  return after;
}
