import { and, eq, inArray, sql } from "drizzle-orm";
import { federationOrigins } from "#db/schema/federation.ts";
import type { Tx } from "#db/transaction.ts";
import { sha256Hex } from "#lib/core/crypto.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { derivedSecret } from "#lib/core/keyring.ts";

/** The source of rows that say of an agent that its memory was erased here. */
export const erasedSource = "erased";

/** An agent's name in such a row: a pull that brings the agent finds it, nobody can read it. */
function markOf({ tenantId }: Ctx, agentId: string): string {
  return sha256Hex(`${derivedSecret("federation-erasure")} ${tenantId} ${agentId}`);
}

/** Lets pulls go on beside each other, and none beside an erasure: take it before you read marks. */
export async function lockErasures(tx: Tx, { tenantId }: Ctx, as: "puller" | "eraser") {
  const key = sql`hashtextextended('erasures ' || ${tenantId}, 0)`;
  await tx.execute(
    as === "eraser"
      ? sql`select pg_advisory_xact_lock(${key})`
      : sql`select pg_advisory_xact_lock_shared(${key})`,
  );
}

/**
 * Takes what pulls remember of an agent's memory along with it, and leaves a mark by which no later
 * pull brings the agent's context back.
 */
export async function forgetPulled(tx: Tx, ctx: Ctx, agentId: string): Promise<void> {
  const { tenantId } = ctx;
  await lockErasures(tx, ctx, "eraser");
  await tx
    .delete(federationOrigins)
    .where(
      and(
        eq(federationOrigins.tenantId, tenantId),
        eq(federationOrigins.kind, "memory"),
        eq(federationOrigins.entryId, agentId),
      ),
    );
  await tx
    .insert(federationOrigins)
    .values({
      ...{ tenantId, kind: "memory", entryId: markOf(ctx, agentId), source: erasedSource },
      ...{ url: "", fingerprint: "", remoteFingerprint: "" },
    })
    .onConflictDoNothing();
}

/** Those of the agents whose memory was erased here, which no pull takes. */
export async function erasedAmong(
  tx: Tx,
  ctx: Ctx,
  agentIds: readonly string[],
): Promise<Set<string>> {
  const byMark = new Map(agentIds.map((id) => [markOf(ctx, id), id]));
  if (byMark.size === 0) return new Set();
  const rows = await tx
    .select({ mark: federationOrigins.entryId })
    .from(federationOrigins)
    .where(
      and(
        eq(federationOrigins.tenantId, ctx.tenantId),
        eq(federationOrigins.kind, "memory"),
        eq(federationOrigins.source, erasedSource),
        inArray(federationOrigins.entryId, [...byMark.keys()]),
      ),
    );
  return new Set(rows.flatMap(({ mark }) => byMark.get(mark) ?? []));
}
