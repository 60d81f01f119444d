import { and, asc, eq, gt, isNotNull, isNull, type SQL, sql } from "drizzle-orm";
import { tools } from "#db/schema/tools.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { notFound } from "#lib/core/errors.ts";
import { prefixedId } from "#lib/core/ids.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { decodeCursor, type Page, pageSize, toPage } from "#lib/core/page.ts";
import { parse } from "#lib/core/parse.ts";
import { refuseOffered } from "#lib/offers/offered.ts";
import { refuseUngoverning } from "./governance/deletion.ts";
import { refuseUngranted, ungrantedTo } from "./governance/visibility.ts";
import { mcpNameOf } from "./mcp-name.ts";
import { toKnownError } from "./names.ts";
import type { ToolRow } from "./revisions/document.ts";
import { checkDefinition, saveAndPublish } from "./revisions/write.ts";
import { change, checkId, maskedFor, oneTool, readTool, toAudited, toTool } from "./row.ts";
import {
  type CreateDynamicToolInput,
  createDynamicToolInput,
  type RegisterToolInput,
  registerToolInput,
  type Tool,
  type ToolQuery,
} from "./schema.ts";

/**
 * Registers a tool, or replaces the one of that id: a revision that is published at once, and takes
 * an archived tool out of the archive. What is published already makes no revision. `created_at`
 * stays. Throws `invalid_request`, `conflict` when another tool or the platform has its MCP name,
 * and `limit_exceeded` when the tenant has `max_tools` or, of dynamic ones, `max_dynamic_tools`.
 */
export async function registerTool(ctx: Ctx, raw: RegisterToolInput): Promise<Tool> {
  authorize(ctx, "tools:write");
  const input = parse(registerToolInput, raw);
  await checkDefinition(ctx, input);
  try {
    return toTool(await change(ctx, (tx) => saveAndPublish(tx, ctx, input)));
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
  await refuseUngranted(ctx, id);
  const row = await withTenant(ctx.tenantId, (tx) => readTool(tx, ctx, id));
  return maskedFor(ctx)(toTool(row));
}

/** The published tools in the order of their ids, or those of a status, `config.type` or search. */
export async function listTools(ctx: Ctx, query: ToolQuery): Promise<Page<Tool>> {
  authorize(ctx, "tools:read");
  const size = pageSize(query);
  let after = query.cursor ? (decodeCursor(query.cursor, 1)[0] ?? "") : "";
  const hidden = await ungrantedTo(ctx);
  const rows = await withTenant(ctx.tenantId, async (tx) => {
    const found: ToolRow[] = [];
    for (;;) {
      const next = await readPage(tx, ctx, after, size + 1, query);
      found.push(
        ...next.filter((row) => isOfType(row, query.tool_type) && !hidden.has(row.toolId)),
      );
      const last = next.at(-1);
      if (found.length > size || next.length <= size || !last) return found;
      after = last.toolId;
    }
  });
  const masked = maskedFor(ctx);
  return toPage(
    rows,
    size,
    (row) => [row.toolId],
    (row) => masked(toTool(row)),
  );
}

const isOfStatus: Record<NonNullable<ToolQuery["status"]>, SQL | undefined> = {
  draft: and(isNull(tools.publishedRevision), isNull(tools.archivedAt)),
  published: and(isNotNull(tools.publishedRevision), isNull(tools.archivedAt)),
  archived: isNotNull(tools.archivedAt),
  all: undefined,
};

function readPage(tx: Tx, ctx: Ctx, after: string, count: number, query: ToolQuery) {
  const { include_dynamic, search, status = "published" } = query;
  return tx
    .select()
    .from(tools)
    .where(
      and(
        eq(tools.tenantId, ctx.tenantId),
        gt(tools.toolId, after),
        isOfStatus[status],
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
function isOfType(row: ToolRow, type: string | undefined): boolean {
  return type === undefined || (row.config as JsonObject).type === type;
}

/**
 * Removes a tool with its revisions and examples; one that is governed takes `tools:govern`. Throws
 * `not_found` when there is none of that id, `conflict` where other tenants use it by an offer, and
 * `insufficient_scope`.
 */
export async function deleteTool(ctx: Ctx, id: string): Promise<void> {
  authorize(ctx, "tools:write");
  checkId(id);
  await change(ctx, async (tx) => {
    if (!(await removeTool(tx, ctx, id))) throw notFound("tool", id);
  });
}

/** The same in the caller's transaction, who announces the catalog; false where there is none. */
export async function removeTool(tx: Tx, ctx: Ctx, id: string): Promise<boolean> {
  await refuseUngoverning(tx, ctx, [id]);
  await refuseOffered(tx, ctx, "tool", [id]);
  const [gone] = await tx.delete(tools).where(oneTool(ctx, id)).returning();
  if (!gone) return false;
  await audit(tx, ctx, {
    action: "tool.delete",
    target: { type: "tool", id },
    before: toAudited(gone),
  });
  return true;
}
