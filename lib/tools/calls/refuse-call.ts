import { and, desc, eq } from "drizzle-orm";
import { tools } from "#db/schema/tools.ts";
import { withTenant } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { isGranted } from "../governance/principals.ts";
import type { Rules } from "../governance/rules.ts";
import { statusOf } from "../row.ts";
import type { ToolCall } from "../runtimes/runtime.ts";
import { toolId } from "../schema.ts";

const reasons = {
  draft: "is a draft that was never published, so it cannot be called. Publish it first.",
  archived: "is archived, so it cannot be called. Take it out of the archive first.",
};

/** Throws `not_found` for a call of a tool that is not live: says why where the tenant has one. */
export async function refuseCall(ctx: Ctx, call: ToolCall, rules: Rules | null): Promise<never> {
  const byName = "mcpName" in call;
  const wanted = byName ? call.mcpName : call.toolId;
  // What no tool can be called is a missing one, and PostgreSQL never sees it.
  if (!toolId.safeParse(wanted).success) throw notFound("tool", wanted);
  const [row] = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select({
        toolId: tools.toolId,
        publishedRevision: tools.publishedRevision,
        archivedAt: tools.archivedAt,
      })
      .from(tools)
      .where(
        and(eq(tools.tenantId, ctx.tenantId), eq(byName ? tools.mcpName : tools.toolId, wanted)),
      )
      .orderBy(desc(tools.updatedAt))
      .limit(1),
  );
  if (!row) throw notFound("tool", wanted);
  const status = statusOf(row);
  if (status === "published") throw notFound("tool", wanted);
  if (rules !== null && !(await isGranted(rules, ctx, row.toolId))) throw notFound("tool", wanted);
  throw new AppError("not_found", `The tool "${wanted}" ${reasons[status]}`);
}
