import { deletePeer, getPeer, patchPeer } from "#lib/federation/pulls/peers.ts";
import { deletedPeer, patchPeerInput, peer } from "#lib/federation/pulls/schema.ts";
import { route } from "#lib/http/route.ts";

export const GET = route({
  scope: "tenant",
  permission: "federation:read",
  summary: "Get a peer",
  response: peer,
  run: (ctx, { params }) => getPeer(ctx, params.peer_id ?? ""),
});

export const PATCH = route({
  scope: "tenant",
  permission: "federation:write",
  summary: "Change a peer's registration",
  body: patchPeerInput,
  response: peer,
  run: (ctx, { params, body }) => patchPeer(ctx, params.peer_id ?? "", body),
});

export const DELETE = route({
  scope: "tenant",
  permission: "federation:write",
  summary: "Forget a peer; what was pulled stays",
  response: deletedPeer,
  run: async (ctx, { params }) => {
    const peer_id = params.peer_id ?? "";
    await deletePeer(ctx, peer_id);
    return { status: "deleted", peer_id };
  },
});
