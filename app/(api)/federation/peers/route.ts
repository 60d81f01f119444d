import { z } from "zod";
import { pageQuery } from "#lib/core/page.ts";
import { listPeers, registerPeer } from "#lib/federation/pulls/peers.ts";
import { peer, registerPeerInput } from "#lib/federation/pulls/schema.ts";
import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";

export const GET = route({
  scope: "tenant",
  permission: "federation:read",
  summary: "List the peers that the tenant pulls from",
  query: pageQuery,
  response: z.array(peer),
  run: async (ctx, { query, request }) => paged(request, await listPeers(ctx, query)),
});

export const POST = route({
  scope: "tenant",
  permission: "federation:write",
  summary: "Register a peer, or replace its registration",
  body: registerPeerInput,
  response: peer,
  run: (ctx, { body }) => registerPeer(ctx, body),
});
