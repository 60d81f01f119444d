import { cache } from "react";
import { listHeldTools } from "#lib/federation/pulls/held.ts";
import { getPeer } from "#lib/federation/pulls/peers.ts";
import { openTenant, orNotFound } from "../../open-tenant.ts";

export type PeerParams = Promise<{ tenant_id: string; peer_id: string }>;

/** Waiting tools that are counted; past them it says `99+`. */
const mostCounted = 99;

/** The peer of an address and how many of its tools wait; a 404 when there is none. */
export const openPeer = cache(async (tenantId: string, id: string) => {
  const { ctx, tenant } = await openTenant(tenantId);
  const peer = await orNotFound(getPeer(ctx, id));
  const { items } = await orNotFound(listHeldTools(ctx, id, { limit: mostCounted + 1 }));
  return { ctx, tenant, peer, held: items.length > mostCounted ? `${mostCounted}+` : items.length };
});
