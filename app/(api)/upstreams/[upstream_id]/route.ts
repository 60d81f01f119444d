import { route } from "#lib/http/route.ts";
import { deletedUpstream, putUpstreamInput, upstream } from "#lib/upstreams/schema.ts";
import { deleteUpstream, getUpstream, putUpstream } from "#lib/upstreams/service.ts";

export const GET = route({
  scope: "tenant",
  permission: "upstreams:read",
  summary: "Read an upstream MCP server",
  response: upstream,
  run: (ctx, { params }) => getUpstream(ctx, params.upstream_id ?? ""),
});

export const PUT = route({
  scope: "tenant",
  permission: "upstreams:write",
  summary: "Register an upstream MCP server, or replace the one of that id",
  body: putUpstreamInput,
  response: upstream,
  run: (ctx, { body, params }) => putUpstream(ctx, params.upstream_id ?? "", body),
});

export const DELETE = route({
  scope: "tenant",
  permission: "upstreams:write",
  summary: "Delete an upstream MCP server",
  response: deletedUpstream,
  run: async (ctx, { params }) => {
    await deleteUpstream(ctx, params.upstream_id ?? "");
    return { status: "deleted", upstream_id: params.upstream_id };
  },
});
