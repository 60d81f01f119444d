import { route } from "#lib/http/route.ts";
import { countUpstreamTools } from "#lib/tools/import/upstream/counts.ts";
import { upstreamToolCounts } from "#lib/tools/import/upstream/schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "upstreams:read",
  summary: "Count the tools of an upstream by what has become of them",
  response: upstreamToolCounts,
  run: (ctx, { params }) => countUpstreamTools(ctx, params.upstream_id ?? ""),
});
