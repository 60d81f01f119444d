import { pullPeer } from "#lib/federation/pulls/run.ts";
import { peerRun } from "#lib/federation/pulls/schema.ts";
import { route } from "#lib/http/route.ts";

export const POST = route({
  scope: "tenant",
  permission: "federation:write",
  summary: "Pull what changed at a peer",
  response: peerRun,
  run: (ctx, { params }) => pullPeer(ctx, params.peer_id ?? ""),
});
