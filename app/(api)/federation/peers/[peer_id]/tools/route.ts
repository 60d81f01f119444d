import { z } from "zod";
import { pageQuery } from "#lib/core/page.ts";
import { listHeldTools } from "#lib/federation/pulls/held.ts";
import { heldTool } from "#lib/federation/pulls/schema.ts";
import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";

export const GET = route({
  scope: "tenant",
  permission: "federation:read",
  summary: "List the tools of a peer that wait for approval",
  query: pageQuery,
  response: z.array(heldTool),
  run: async (ctx, { params, query, request }) =>
    paged(request, await listHeldTools(ctx, params.peer_id ?? "", query)),
});
