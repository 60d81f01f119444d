import { tenantStatement } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { expiryOf } from "./expiry.ts";

const count = `select count(*)::int as entries from memories
  where tenant_id = $1 and updated_at >= coalesce($2::timestamptz, '-infinity')`;

/** How many live documents the tenant has; expired ones do not count. Needs `tenants:read`. */
export async function countMemories(ctx: Ctx): Promise<number> {
  authorize(ctx, "tenants:read");
  const [row] = await tenantStatement(ctx.tenantId, count, [ctx.tenantId, await expiryOf(ctx)]);
  return (row?.entries as number | undefined) ?? 0;
}
