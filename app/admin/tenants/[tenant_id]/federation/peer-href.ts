import type { FederationPeer } from "#lib/federation/pulls/schema.ts";

/** The page of a peer. */
export function peerHref(of: Pick<FederationPeer, "tenant_id" | "peer_id">): string {
  return `/admin/tenants/${of.tenant_id}/federation/${encodeURIComponent(of.peer_id)}`;
}
