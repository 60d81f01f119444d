import { z } from "zod";
import { pageQuery } from "#lib/core/page.ts";
import { listRuns } from "#lib/federation/pulls/runs.ts";
import { peerRun } from "#lib/federation/pulls/schema.ts";
import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";

export const GET = route({
  scope: "tenant",
  permission: "federation:read",
  summary: "List a peer's pulls with their reports, newest first",
  query: pageQuery,
  response: z.array(peerRun),
  run: async (ctx, { params, query, request }) =>
    paged(request, await listRuns(ctx, params.peer_id ?? "", query)),
});
