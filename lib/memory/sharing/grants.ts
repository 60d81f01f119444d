import { and, asc, count, eq, type SQL, sql } from "drizzle-orm";
import { memories, memoryGrants, memoryItems } from "#db/schema/memory.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import { commitChange } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { parse } from "#lib/core/parse.ts";
import { lockQuota } from "#lib/tenants/lock-quota.ts";
import { requireNoAgent, requireReach } from "../access.ts";
import { quota } from "../room.ts";
import { memoryRulesTopic } from "../rules.ts";
import { agentId as agentIdSchema } from "../schema.ts";
import {
  grantedNamespace,
  type MemoryGrantView,
  type PutMemoryGrantsInput,
  putMemoryGrantsInput,
} from "./schema.ts";

/** All of a tenant's grants are kept in memory while they are used. */
const mostGrants = 5_000;

function read(tx: Tx, where: SQL | undefined) {
  return tx
    .select()
    .from(memoryGrants)
    .where(where)
    .orderBy(
      asc(memoryGrants.namespace),
      asc(memoryGrants.granteeType),
      asc(memoryGrants.granteeId),
    );
}

function toGrant(row: typeof memoryGrants.$inferSelect): MemoryGrantView {
  return {
    agent_id: row.agentId,
    namespace: row.namespace,
    type: row.granteeType,
    id: row.granteeId,
    access: row.access,
    created_at: row.createdAt.toISOString(),
  };
}

function ofAgent(ctx: Ctx, agentId: string): SQL | undefined {
  return and(eq(memoryGrants.tenantId, ctx.tenantId), eq(memoryGrants.agentId, agentId));
}

/** Whether there is anything of an agent: a document, an item or a grant. */
async function isKnown(tx: Tx, ctx: Ctx, agentId: string): Promise<boolean> {
  const ofIt = sql`tenant_id = ${ctx.tenantId} and agent_id = ${agentId}`;
  const [row] = await tx.execute(sql`
    select exists (select from ${memories} where ${ofIt})
      or exists (select from ${memoryItems} where ${ofIt})
      or exists (select from ${memoryGrants} where ${ofIt}) as known`);
  return row?.known === true;
}

/**
 * To whom an agent's memory is granted besides itself. Throws `forbidden`, and `not_found` for an
 * agent of which there is nothing.
 */
export async function listMemoryGrants(ctx: Ctx, agentId: string): Promise<MemoryGrantView[]> {
  authorize(ctx, "memory:read");
  if (!agentIdSchema.safeParse(agentId).success) throw notFound("agent", agentId);
  await requireReach(ctx, agentId, "*", "read");
  return withTenant(ctx.tenantId, async (tx) => {
    const rows = await read(tx, ofAgent(ctx, agentId));
    if (rows.length === 0 && !(await isKnown(tx, ctx, agentId))) throw notFound("agent", agentId);
    return rows.map(toGrant);
  });
}

/** All grants of the tenant's memory. Throws `forbidden` for a key that acts for an agent. */
export async function listAllMemoryGrants(ctx: Ctx): Promise<MemoryGrantView[]> {
  authorize(ctx, "memory:read");
  requireNoAgent(ctx);
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select()
      .from(memoryGrants)
      .where(eq(memoryGrants.tenantId, ctx.tenantId))
      .orderBy(
        asc(memoryGrants.agentId),
        asc(memoryGrants.namespace),
        asc(memoryGrants.granteeType),
        asc(memoryGrants.granteeId),
      ),
  );
  return rows.map(toGrant);
}

function refuseTooMany(grants: number): void {
  if (grants <= mostGrants) return;
  throw new AppError(
    "limit_exceeded",
    `A tenant can have ${mostGrants} grants of memory. Grant a role instead of each, or take some back.`,
    { extra: { limit: "memory_grants", value: mostGrants } },
  );
}

/**
 * Grants a namespace of an agent's memory to these and to nobody else, from the next call on. Throws
 * `invalid_request`, `limit_exceeded`, and `forbidden` for a key that acts for an agent.
 */
export async function putMemoryGrants(
  ctx: Ctx,
  agentId: string,
  namespace: string,
  raw: PutMemoryGrantsInput,
): Promise<MemoryGrantView[]> {
  authorize(ctx, "memory:write");
  requireNoAgent(ctx);
  const owner = parse(agentIdSchema, agentId);
  const space = parse(grantedNamespace, namespace);
  const { grants } = parse(putMemoryGrantsInput, raw);
  const unique = new Map(grants.map((grant) => [`${grant.type}:${grant.id}`, grant]));
  const place = and(ofAgent(ctx, owner), eq(memoryGrants.namespace, space));
  return commitChange(ctx, memoryRulesTopic, async (tx) => {
    // Grants of one tenant are written one after the other, so that their number is exact.
    await lockQuota(tx, ctx.tenantId, quota);
    const before = await read(tx, place);
    const since = new Map(
      before.map((row) => [`${row.granteeType}:${row.granteeId}`, row.createdAt]),
    );
    await tx.delete(memoryGrants).where(place);
    if (unique.size > 0) {
      await tx.insert(memoryGrants).values(
        [...unique].map(([name, { type, id, access }]) => ({
          ...{ tenantId: ctx.tenantId, agentId: owner, namespace: space },
          ...{ granteeType: type, granteeId: id, access },
          createdAt: since.get(name) ?? new Date(),
        })),
      );
    }
    const [all] = await tx
      .select({ grants: count() })
      .from(memoryGrants)
      .where(eq(memoryGrants.tenantId, ctx.tenantId));
    refuseTooMany(all?.grants ?? 0);
    const after = (await read(tx, place)).map(toGrant);
    await audit(tx, ctx, {
      action: unique.size > 0 ? "memory.share" : "memory.unshare",
      target: { type: "memory", id: owner },
      before: before.map(toGrant),
      after,
    });
    return after;
  });
}
