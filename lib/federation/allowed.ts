import { eq } from "drizzle-orm";
import type { z } from "zod";
import { federationPeers } from "#db/schema/federation.ts";
import { withTenant } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { addressOf, openPeer, type Peer } from "./peer.ts";
import { peerSource, type Source, urlSource } from "./pulls/origins.ts";
import { readPeer, tokenOf } from "./pulls/peer-row.ts";
import type { pullInput } from "./schema.ts";

/** Where one pull of the seed's kind goes, and what it says of itself. */
export interface Target {
  peer: Peer;
  source: Source;
}

/** A tenant that has registered peers pulls from no other address. */
async function requireAllowed(ctx: Ctx, address: string): Promise<void> {
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select({ url: federationPeers.url })
      .from(federationPeers)
      .where(eq(federationPeers.tenantId, ctx.tenantId)),
  );
  if (rows.length === 0 || rows.some(({ url }) => url === address)) return;
  throw new AppError(
    "peer_not_allowed",
    `The tenant pulls from its registered peers alone, and ${address} is none. Register it (POST /federation/peers).`,
    { extra: { reason: "not_registered" } },
  );
}

/**
 * The peer of a pull: a registered one by its id, with its stored token, or an address, with the
 * token that was sent and no other. Throws `peer_not_allowed` and `not_found`.
 */
export async function openTarget(ctx: Ctx, input: z.output<typeof pullInput>): Promise<Target> {
  const { url, peer_id, token, tenant_id } = input;
  if (url !== undefined) {
    const peer = await openPeer(ctx, { url, token, tenant_id });
    const address = addressOf(url);
    await requireAllowed(ctx, address);
    const source = { id: urlSource(address), url: address, remoteTenantId: tenant_id ?? null };
    return { peer, source };
  }
  const row = await withTenant(ctx.tenantId, (tx) => readPeer(tx, ctx, peer_id ?? ""));
  if (!row.enabled) {
    throw new AppError("peer_not_allowed", `The peer "${row.peerId}" is switched off.`, {
      extra: { reason: "disabled" },
    });
  }
  const remoteTenantId = tenant_id ?? row.remoteTenantId;
  const peer = await openPeer(ctx, {
    url: row.url,
    token: token ?? tokenOf(row),
    tenant_id: remoteTenantId,
  });
  return { peer, source: { id: peerSource(row.peerId), url: row.url, remoteTenantId } };
}
