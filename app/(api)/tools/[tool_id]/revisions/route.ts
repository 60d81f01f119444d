import { z } from "zod";
import { pageQuery } from "#lib/core/page.ts";
import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { listRevisions } from "#lib/tools/revisions/revisions.ts";
import { toolRevisionSummary } from "#lib/tools/revisions/schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "tools:read",
  summary: "List a tool's revisions, newest first",
  query: pageQuery,
  response: z.array(toolRevisionSummary),
  run: async (ctx, { params, query, request }) =>
    paged(request, await listRevisions(ctx, params.tool_id ?? "", query)),
});
