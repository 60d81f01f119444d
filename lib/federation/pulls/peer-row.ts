import { and, eq } from "drizzle-orm";
import { federationPeers } from "#db/schema/federation.ts";
import type { Tx } from "#db/transaction.ts";
import { unseal } from "#lib/core/crypto.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { keyring } from "#lib/core/keyring.ts";
import { type FederationPeer, type PullKind, peerId, unhealthyAfter } from "./schema.ts";

export type PeerRow = typeof federationPeers.$inferSelect;

/** How far the pulls of one kind have come. */
export interface Progress {
  /** Behind the last pull that took everything. */
  cursor: string | null;
  /** Within one that has not come to its end. */
  resume: string | null;
}

export function progressOf(row: PeerRow, kind: PullKind): Progress {
  const cursors = row.cursors as Partial<Record<PullKind, Progress>>;
  return cursors[kind] ?? { cursor: null, resume: null };
}

export function onePeer(ctx: Ctx, id: string) {
  return and(eq(federationPeers.tenantId, ctx.tenantId), eq(federationPeers.peerId, id));
}

/** Ids that no peer can have are missing ones. */
export function checkPeerId(id: string): void {
  if (!peerId.safeParse(id).success) throw notFound("peer", id);
}

/** The peer's row; throws `not_found`. */
export async function readPeer(tx: Tx, ctx: Ctx, id: string): Promise<PeerRow> {
  checkPeerId(id);
  const [row] = await tx.select().from(federationPeers).where(onePeer(ctx, id));
  if (!row) throw notFound("peer", id);
  return row;
}

/** The peer's token in the clear, or null; throws `conflict` where its sealing key is gone. */
export function tokenOf({ peerId, tenantId, tokenSealed }: PeerRow): string | null {
  if (tokenSealed === null) return null;
  try {
    return unseal(keyring(), tenantId, tokenSealed);
  } catch (cause) {
    throw new AppError(
      "conflict",
      `The token of the peer "${peerId}" was sealed with another key and cannot be opened. Send it anew.`,
      { cause },
    );
  }
}

function stateOf({ failures, lastPullAt }: PeerRow): FederationPeer["health"]["state"] {
  if (lastPullAt === null) return "unknown";
  if (failures === 0) return "ok";
  return failures < unhealthyAfter ? "failing" : "unhealthy";
}

function isPulling({ runningUntil }: PeerRow): boolean {
  return runningUntil !== null && runningUntil.getTime() > Date.now();
}

/** A peer as it stands on the wire: never its token. */
export function toPeer(row: PeerRow): FederationPeer {
  return {
    peer_id: row.peerId,
    name: row.name,
    url: row.url,
    remote_tenant_id: row.remoteTenantId,
    has_token: row.tokenSealed !== null,
    pulls: row.pulls as PullKind[],
    memory_conflict: row.memoryConflict,
    tools_conflict: row.toolsConflict,
    schedule_minutes: row.scheduleMinutes,
    enabled: row.enabled,
    health: {
      state: stateOf(row),
      failures: row.failures,
      last_pull_at: row.lastPullAt?.toISOString() ?? null,
      last_ok_at: row.lastOkAt?.toISOString() ?? null,
      last_error: row.lastError,
    },
    pulling: isPulling(row),
    next_pull_at: row.enabled ? (row.nextPullAt?.toISOString() ?? null) : null,
    tenant_id: row.tenantId,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}

/** What the registration says, for the audit log. */
export function toAuditedPeer(row: PeerRow) {
  const { name, url, remote_tenant_id, has_token, pulls, ...rest } = toPeer(row);
  const { memory_conflict, tools_conflict, schedule_minutes, enabled } = rest;
  return {
    ...{ name, url, remote_tenant_id, has_token, pulls },
    ...{ memory_conflict, tools_conflict, schedule_minutes, enabled },
  };
}
