import { getRun } from "#lib/federation/pulls/runs.ts";
import { peerRun } from "#lib/federation/pulls/schema.ts";
import { route } from "#lib/http/route.ts";

export const GET = route({
  scope: "tenant",
  permission: "federation:read",
  summary: "Get one pull of a peer",
  response: peerRun,
  run: (ctx, { params }) => getRun(ctx, params.peer_id ?? "", params.run_id ?? ""),
});
