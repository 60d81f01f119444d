import { and, eq, gte, type SQL, sql } from "drizzle-orm";
import { memories, memoryItems, memoryNamespaces } from "#db/schema/memory.ts";
import { withTenant } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { expiryOf } from "./expiry.ts";
import { isLive } from "./items/row.ts";

/** True of items that their namespace keeps no longer. */
const outlivesNamespace: SQL = sql`exists (select from ${memoryNamespaces}
  where ${memoryNamespaces.tenantId} = ${memoryItems.tenantId}
    and ${memoryNamespaces.namespace} = ${memoryItems.namespace}
    and ${memoryItems.updatedAt} < now() - make_interval(secs => ${memoryNamespaces.ttlSeconds}))`;

/** How many live entries the tenant has, documents and items. Needs `tenants:read`. */
export async function countMemories(ctx: Ctx): Promise<number> {
  authorize(ctx, "tenants:read");
  const expiry = await expiryOf(ctx);
  return withTenant(ctx.tenantId, async (tx) => {
    const documents = await tx.$count(
      memories,
      and(
        eq(memories.tenantId, ctx.tenantId),
        expiry ? gte(memories.updatedAt, expiry) : undefined,
      ),
    );
    const items = await tx.$count(
      memoryItems,
      and(eq(memoryItems.tenantId, ctx.tenantId), isLive(expiry), sql`not ${outlivesNamespace}`),
    );
    return documents + items;
  });
}
