import { route } from "#lib/http/route.ts";
import { getRevision } from "#lib/tools/revisions/revisions.ts";
import { toolRevision } from "#lib/tools/revisions/schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "tools:read",
  summary: "Read a revision of a tool",
  response: toolRevision,
  run: (ctx, { params }) => getRevision(ctx, params.tool_id ?? "", params.revision ?? ""),
});
