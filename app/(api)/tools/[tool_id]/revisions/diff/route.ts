import { route } from "#lib/http/route.ts";
import { diffRevisions } from "#lib/tools/revisions/revisions.ts";
import { diffQuery, revisionDiff } from "#lib/tools/revisions/schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "tools:read",
  summary: "Compare two revisions of a tool",
  query: diffQuery,
  response: revisionDiff,
  run: (ctx, { params, query }) => diffRevisions(ctx, params.tool_id ?? "", query),
});
