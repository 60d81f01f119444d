import { and, asc, count, eq, sql } from "drizzle-orm";
import { memoryNamespaces } from "#db/schema/memory.ts";
import { withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import { commitChange } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { parse } from "#lib/core/parse.ts";
import { lockQuota } from "#lib/tenants/lock-quota.ts";
import { requireNoAgent } from "../access.ts";
import { namespace as namespaceSchema } from "../items/schema.ts";
import { quota } from "../room.ts";
import { memoryRulesTopic } from "../rules.ts";
import { type MemoryNamespaceView, type PutNamespaceInput, putNamespaceInput } from "./schema.ts";

const mostNamespaces = 1_000;

/** The namespaces whose entries are kept for a time of their own, whichever agent's they are. */
export async function listNamespaces(ctx: Ctx): Promise<MemoryNamespaceView[]> {
  authorize(ctx, "memory:read");
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select()
      .from(memoryNamespaces)
      .where(eq(memoryNamespaces.tenantId, ctx.tenantId))
      .orderBy(asc(memoryNamespaces.namespace)),
  );
  return rows.map((row) => ({ namespace: row.namespace, ttl_seconds: row.ttlSeconds }));
}

/**
 * Says how long the entries of a namespace are kept after their last write; what is older is gone
 * with the next read. Throws `invalid_request`, `limit_exceeded`, and `forbidden` for an agent's key.
 */
export async function putNamespace(
  ctx: Ctx,
  name: string,
  raw: PutNamespaceInput,
): Promise<MemoryNamespaceView> {
  authorize(ctx, "memory:write");
  requireNoAgent(ctx);
  const namespace = parse(namespaceSchema, name);
  const { ttl_seconds } = parse(putNamespaceInput, raw);
  const place = and(
    eq(memoryNamespaces.tenantId, ctx.tenantId),
    eq(memoryNamespaces.namespace, namespace),
  );
  return commitChange(ctx, memoryRulesTopic, async (tx) => {
    await lockQuota(tx, ctx.tenantId, quota);
    const [before] = await tx.select().from(memoryNamespaces).where(place);
    if (ttl_seconds === null) await tx.delete(memoryNamespaces).where(place);
    else {
      await tx
        .insert(memoryNamespaces)
        .values({ tenantId: ctx.tenantId, namespace, ttlSeconds: ttl_seconds })
        .onConflictDoUpdate({
          target: [memoryNamespaces.tenantId, memoryNamespaces.namespace],
          set: { ttlSeconds: ttl_seconds, updatedAt: sql`now()` },
        });
    }
    const [all] = await tx
      .select({ rows: count() })
      .from(memoryNamespaces)
      .where(eq(memoryNamespaces.tenantId, ctx.tenantId));
    if ((all?.rows ?? 0) > mostNamespaces) {
      throw new AppError(
        "limit_exceeded",
        `At most ${mostNamespaces} namespaces can have a time of their own.`,
        { extra: { limit: "memory_namespaces", value: mostNamespaces } },
      );
    }
    await audit(tx, ctx, {
      action: "memory.namespace.update",
      target: { type: "memory_namespace", id: namespace },
      before: before && { ttl_seconds: before.ttlSeconds },
      after: { ttl_seconds },
    });
    return { namespace, ttl_seconds };
  });
}
