import { sql } from "drizzle-orm";
import type { Tx } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";

/**
 * What binds a tool goes with it, so that whoever may not lift it may not delete the tool either: they
 * could register it anew without. Ask in the transaction of the deletion. Throws `insufficient_scope`.
 */
export async function refuseUngoverning(
  tx: Tx,
  ctx: Ctx,
  toolIds: readonly string[],
): Promise<void> {
  if (ctx.permissions.has("tools:govern")) return;
  const ids = sql`(select json_array_elements_text(${JSON.stringify(toolIds)}::json))`;
  const { tenantId } = ctx;
  const [bound] = await tx.execute<{ tool_id: string }>(sql`
    select tool_id from tool_grants where tenant_id = ${tenantId} and tool_id in ${ids}
    union all select tool_id from tool_policies
      where tenant_id = ${tenantId} and tool_id in ${ids} and (not enabled or approval <> 'never')
    union all select tool_id from tool_limits where tenant_id = ${tenantId} and tool_id in ${ids}
    union all select tool_id from kill_switches where tenant_id = ${tenantId} and tool_id in ${ids}
    limit 1`);
  if (!bound) return;
  throw new AppError(
    "insufficient_scope",
    `The tool "${bound.tool_id}" is granted, limited, stopped or waits for approval, which would go with it. To delete it takes the scope tools:govern; to archive it does not.`,
  );
}
