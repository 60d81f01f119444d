import { and, asc, eq, gt, ne, sql } from "drizzle-orm";
import type { z } from "zod";
import { uniqueViolation } from "#db/errors.ts";
import { tools } from "#db/schema/tools.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import { announce, announceHere } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { auditedIcons, type Icon } from "#lib/core/icon-schema.ts";
import { prefixedId } from "#lib/core/ids.ts";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { decodeCursor, type Page, pageSize, toPage } from "#lib/core/page.ts";
import { parse } from "#lib/core/parse.ts";
import { secretMask } from "#lib/core/secrets.ts";
import { asLimitExceeded } from "#lib/tenants/limits.ts";
import { catalogTopic } from "./catalog.ts";
import { codeMistakes } from "./code-mistakes.ts";
import { mcpNameOf } from "./mcp-name.ts";
import { headerMistakes } from "./param-headers.ts";
import { pointerInParameters, toInputSchema } from "./parameters.ts";
import { isReservedName } from "./reserved-names.ts";
import {
  type CreateDynamicToolInput,
  createDynamicToolInput,
  type RegisterToolInput,
  registerToolInput,
  type Tool,
  type ToolQuery,
  toolId,
} from "./schema.ts";
import { schemaMistakes } from "./validator.ts";

type Row = typeof tools.$inferSelect;

function toTool(row: Row): Tool {
  return {
    tool_id: row.toolId,
    name: row.name,
    description: row.description,
    config: row.config as JsonObject,
    is_dynamic: row.isDynamic,
    parameters: row.parameters as JsonObject,
    title: row.title,
    icons: row.icons as Icon[],
    annotations: row.annotations as Tool["annotations"],
    output_schema: row.outputSchema as JsonObject | null,
    meta: row.meta as JsonObject,
    confirm: row.confirm,
    pinned: row.pinned,
    task_support: row.taskSupport,
    timeout_ms: row.timeoutMs,
    tenant_id: row.tenantId,
    mcp_name: row.mcpName,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}

/** The tool for callers who may only read: any header that a tenant sends may be a credential. */
function toMasked(row: Row): Tool {
  const shown = toTool(row);
  const { headers } = shown.config;
  if (!isJsonObject(headers)) return shown;
  const masked = Object.fromEntries(Object.keys(headers).map((name) => [name, secretMask]));
  return { ...shown, config: { ...shown.config, headers: masked } };
}

function toAudited(row: Row): Tool {
  const shown = toMasked(row);
  return { ...shown, icons: auditedIcons(shown.icons) };
}

/** Whoever may write a tool may see what was written into it. */
function toReader(ctx: Ctx): (row: Row) => Tool {
  return ctx.permissions.has("tools:write") ? toTool : toMasked;
}

function one(ctx: Ctx, id: string) {
  return and(eq(tools.tenantId, ctx.tenantId), eq(tools.toolId, id));
}

/** Ids that no tool can have are missing ones, and PostgreSQL never sees them. */
function checkId(id: string): void {
  if (!toolId.safeParse(id).success) throw notFound("tool", id);
}

/** Throws `invalid_request` for schemas that nothing could be checked against, and unreadable code. */
async function checkSchemas({
  parameters,
  output_schema,
  config,
}: z.output<typeof registerToolInput>): Promise<void> {
  const schema = toInputSchema(parameters);
  const mistakes = schemaMistakes(schema);
  const input = mistakes.length > 0 ? mistakes : headerMistakes(schema);
  const errors = [
    ...(await codeMistakes(config)),
    ...input.map(({ pointer, message }) => ({
      pointer: pointerInParameters(parameters, pointer),
      message,
    })),
    ...(output_schema === null ? [] : schemaMistakes(output_schema)).map(
      ({ pointer, message }) => ({ pointer: `/output_schema${pointer}`, message }),
    ),
  ];
  if (errors.length === 0) return;
  const detail = errors.map(({ pointer, message }) => `${pointer}: ${message}`).join("; ");
  throw new AppError("invalid_request", detail, { errors });
}

/** Commits `write` on the tenant's tools and makes every process read its catalog anew. */
async function change<T>(ctx: Ctx, write: (tx: Tx) => Promise<T>): Promise<T> {
  const notice = { topic: catalogTopic, key: ctx.tenantId };
  const result = await withTenant(ctx.tenantId, async (tx) => {
    const written = await write(tx);
    await announce(tx, notice);
    return written;
  });
  announceHere(notice);
  return result;
}

function nameTaken(name: string): AppError {
  return new AppError(
    "conflict",
    `MCP clients already call another tool of the tenant "${name}". Give this one another name, or delete the other.`,
    { errors: [{ pointer: "/name", message: "is taken by another tool" }] },
  );
}

function nameReserved(name: string): AppError {
  return new AppError(
    "conflict",
    `"${name}" is a tool of the platform's own, which agents see beside the tenant's. Give this tool another name.`,
    { errors: [{ pointer: "/name", message: "is the name of one of the platform's own tools" }] },
  );
}

async function refuseTakenName(tx: Tx, ctx: Ctx, name: string, id: string): Promise<void> {
  const [other] = await tx
    .select({ toolId: tools.toolId })
    .from(tools)
    .where(and(eq(tools.tenantId, ctx.tenantId), eq(tools.mcpName, name), ne(tools.toolId, id)));
  if (other) throw nameTaken(name);
}

function valuesOf(input: z.output<typeof registerToolInput>) {
  return {
    name: input.name,
    mcpName: mcpNameOf(input.name, input.tool_id),
    title: input.title,
    description: input.description,
    config: input.config,
    parameters: input.parameters,
    outputSchema: input.output_schema,
    annotations: input.annotations,
    icons: input.icons,
    meta: input.meta,
    confirm: input.confirm,
    pinned: input.pinned,
    taskSupport: input.task_support,
    timeoutMs: input.timeout_ms,
    isDynamic: input.is_dynamic,
  };
}

async function upsert(tx: Tx, ctx: Ctx, input: z.output<typeof registerToolInput>): Promise<Row> {
  const [before] = await tx.select().from(tools).where(one(ctx, input.tool_id)).for("update");
  const values = valuesOf(input);
  // A tool that had the name before the platform did goes on under it.
  if (isReservedName(values.mcpName) && before?.mcpName !== values.mcpName) {
    throw nameReserved(values.mcpName);
  }
  const [after] = before
    ? await tx
        .update(tools)
        .set({ ...values, updatedAt: sql`now()` })
        .where(one(ctx, input.tool_id))
        .returning()
    : await tx
        .insert(tools)
        .values({ tenantId: ctx.tenantId, toolId: input.tool_id, ...values })
        // With a target, rows that meet at the same moment would fail on the other unique key.
        .onConflictDoNothing()
        .returning();
  if (!after) {
    await refuseTakenName(tx, ctx, values.mcpName, input.tool_id);
    // Another caller has registered it since the look: its row is there now, and is updated.
    return upsert(tx, ctx, input);
  }
  await audit(tx, ctx, {
    action: before ? "tool.update" : "tool.create",
    target: { type: "tool", id: input.tool_id },
    before: before && toAudited(before),
    after: toAudited(after),
  });
  return after;
}

function toKnownError(error: unknown, name: string): unknown {
  if (uniqueViolation(error) === "tools_mcp_name") return nameTaken(name);
  return asLimitExceeded(error) ?? error;
}

/**
 * Registers a tool, or replaces the one of that id; `created_at` stays. Throws `invalid_request`,
 * `conflict` when another tool or the platform has its MCP name, and `limit_exceeded` when the tenant has
 * `max_tools` or, of dynamic ones, `max_dynamic_tools` already.
 */
export async function registerTool(ctx: Ctx, raw: RegisterToolInput): Promise<Tool> {
  authorize(ctx, "tools:write");
  const input = parse(registerToolInput, raw);
  await checkSchemas(input);
  try {
    return toTool(await change(ctx, (tx) => upsert(tx, ctx, input)));
  } catch (error) {
    throw toKnownError(error, mcpNameOf(input.name, input.tool_id));
  }
}

/** Creates a dynamic tool under an id of its own; its implementation goes into `config`. */
export async function createDynamicTool(ctx: Ctx, raw: CreateDynamicToolInput): Promise<Tool> {
  authorize(ctx, "tools:write");
  const { implementation, config, ...rest } = parse(createDynamicToolInput, raw);
  return registerTool(ctx, {
    ...rest,
    tool_id: prefixedId("tool"),
    config: { ...config, implementation },
    is_dynamic: true,
  });
}

/** One tool, its headers masked without tools:write; `not_found` when the tenant has none of that id. */
export async function getTool(ctx: Ctx, id: string): Promise<Tool> {
  authorize(ctx, "tools:read");
  checkId(id);
  const [row] = await withTenant(ctx.tenantId, (tx) => tx.select().from(tools).where(one(ctx, id)));
  if (!row) throw notFound("tool", id);
  return toReader(ctx)(row);
}

/** The tenant's tools in the order of their ids, or those of one `config.type` or search. */
export async function listTools(ctx: Ctx, query: ToolQuery): Promise<Page<Tool>> {
  authorize(ctx, "tools:read");
  const size = pageSize(query);
  let after = query.cursor ? (decodeCursor(query.cursor, 1)[0] ?? "") : "";
  const rows = await withTenant(ctx.tenantId, async (tx) => {
    const found: Row[] = [];
    for (;;) {
      const next = await readPage(tx, ctx, after, size + 1, query);
      found.push(...next.filter((row) => isOfType(row, query.tool_type)));
      const last = next.at(-1);
      if (found.length > size || next.length <= size || !last) return found;
      after = last.toolId;
    }
  });
  return toPage(rows, size, (row) => [row.toolId], toReader(ctx));
}

function readPage(tx: Tx, ctx: Ctx, after: string, count: number, query: ToolQuery) {
  const { include_dynamic, search } = query;
  return tx
    .select()
    .from(tools)
    .where(
      and(
        eq(tools.tenantId, ctx.tenantId),
        gt(tools.toolId, after),
        include_dynamic ? undefined : eq(tools.isDynamic, false),
        search
          ? sql`(position(lower(${search}) in lower(${tools.name})) > 0
              or position(lower(${search}) in lower(${tools.toolId})) > 0)`
          : undefined,
      ),
    )
    .orderBy(asc(tools.toolId))
    .limit(count);
}

/** Compared here: PostgreSQL's json operators fail on documents that hold `\u0000`. */
function isOfType(row: Row, type: string | undefined): boolean {
  return type === undefined || (row.config as JsonObject).type === type;
}

/** Removes a tool; `not_found` when there is none of that id. */
export async function deleteTool(ctx: Ctx, id: string): Promise<void> {
  authorize(ctx, "tools:write");
  checkId(id);
  await change(ctx, async (tx) => {
    const [gone] = await tx.delete(tools).where(one(ctx, id)).returning();
    if (!gone) throw notFound("tool", id);
    await audit(tx, ctx, {
      action: "tool.delete",
      target: { type: "tool", id },
      before: toAudited(gone),
    });
  });
}
