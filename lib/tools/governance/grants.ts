import { and, asc, eq } from "drizzle-orm";
import { toolGrants } from "#db/schema/tool-governance.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { parse } from "#lib/core/parse.ts";
import { checkId, lockTool, readTool } from "../row.ts";
import { authorOf, changeRules } from "./change.ts";
import { type PutGrantsInput, putGrantsInput, type ToolGrantsView } from "./schema.ts";
import { refuseUngranted } from "./visibility.ts";

function ofTool(ctx: Ctx, toolId: string) {
  return and(eq(toolGrants.tenantId, ctx.tenantId), eq(toolGrants.toolId, toolId));
}

export async function readGrants(tx: Tx, ctx: Ctx, toolId: string): Promise<ToolGrantsView> {
  const rows = await tx
    .select()
    .from(toolGrants)
    .where(ofTool(ctx, toolId))
    .orderBy(asc(toolGrants.granteeType), asc(toolGrants.granteeId));
  return {
    tool_id: toolId,
    open_to: rows.length === 0 ? "tenant" : "granted",
    grants: rows.map(({ granteeType, granteeId, createdAt }) => ({
      type: granteeType,
      id: granteeId,
      created_at: createdAt.toISOString(),
    })),
  };
}

/** Who may call a tool: anyone of the tenant, or only these. Throws `not_found`. */
export async function getGrants(ctx: Ctx, toolId: string): Promise<ToolGrantsView> {
  authorize(ctx, "tools:read");
  checkId(toolId);
  await refuseUngranted(ctx, toolId);
  return withTenant(ctx.tenantId, async (tx) => {
    await readTool(tx, ctx, toolId);
    return readGrants(tx, ctx, toolId);
  });
}

async function replace(ctx: Ctx, toolId: string, grantees: { type: string; id: string }[]) {
  checkId(toolId);
  return changeRules(ctx, async (tx) => {
    await lockTool(tx, ctx, toolId);
    const before = await readGrants(tx, ctx, toolId);
    const stays = new Map(before.grants.map((grant) => [`${grant.type}:${grant.id}`, grant]));
    await tx.delete(toolGrants).where(ofTool(ctx, toolId));
    const unique = new Map(grantees.map((grantee) => [`${grantee.type}:${grantee.id}`, grantee]));
    if (unique.size > 0) {
      await tx.insert(toolGrants).values(
        [...unique].map(([name, { type, id }]) => ({
          tenantId: ctx.tenantId,
          toolId,
          granteeType: type as (typeof toolGrants.$inferInsert)["granteeType"],
          granteeId: id,
          ...authorOf(ctx),
          createdAt: new Date(stays.get(name)?.created_at ?? Date.now()),
        })),
      );
    }
    const after = await readGrants(tx, ctx, toolId);
    await audit(tx, ctx, {
      action: unique.size > 0 ? "tool.grant" : "tool.open",
      target: { type: "tool", id: toolId },
      before,
      after,
    });
    return after;
  });
}

/** Lets only these call the tool, from the next call on. Throws `not_found`, `invalid_request`. */
export async function putGrants(
  ctx: Ctx,
  toolId: string,
  raw: PutGrantsInput,
): Promise<ToolGrantsView> {
  authorize(ctx, "tools:govern");
  return replace(ctx, toolId, parse(putGrantsInput, raw).grants);
}

/** Opens the tool to everyone of the tenant who may call tools. Throws `not_found`. */
export async function deleteGrants(ctx: Ctx, toolId: string): Promise<ToolGrantsView> {
  authorize(ctx, "tools:govern");
  return replace(ctx, toolId, []);
}
