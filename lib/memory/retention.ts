import { and, eq, lt } from "drizzle-orm";
import { memories } from "#db/schema/memory.ts";
import { withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { expiryOf } from "./expiry.ts";

/** Deletes the tenant's entries past its `memory_retention_days`; answers how many went. */
export async function purgeExpired(ctx: Ctx): Promise<number> {
  const expiry = await expiryOf(ctx);
  if (expiry === null) return 0;
  return withTenant(ctx.tenantId, async (tx) => {
    const gone = await tx
      .delete(memories)
      .where(and(eq(memories.tenantId, ctx.tenantId), lt(memories.updatedAt, expiry)))
      .returning({ agentId: memories.agentId });
    if (gone.length > 0) {
      await audit(tx, ctx, {
        action: "memory.expire",
        target: { type: "memory", id: "*" },
        before: { entries: gone.length, agent_ids: gone.slice(0, 100).map((row) => row.agentId) },
      });
    }
    return gone.length;
  });
}
