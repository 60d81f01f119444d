import { and, eq, gte } from "drizzle-orm";
import { memories } from "#db/schema/memory.ts";
import { withTenant } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { expiryOf } from "./expiry.ts";

/** How many live documents the tenant has; expired ones do not count. Needs `tenants:read`. */
export async function countMemories(ctx: Ctx): Promise<number> {
  authorize(ctx, "tenants:read");
  const expiry = await expiryOf(ctx);
  return withTenant(ctx.tenantId, (tx) =>
    tx.$count(
      memories,
      and(
        eq(memories.tenantId, ctx.tenantId),
        expiry ? gte(memories.updatedAt, expiry) : undefined,
      ),
    ),
  );
}
