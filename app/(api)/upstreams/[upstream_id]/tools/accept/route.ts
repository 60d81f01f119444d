import { route } from "#lib/http/route.ts";
import { acceptUpstreamTools } from "#lib/tools/import/upstream/accept.ts";
import {
  acceptedUpstreamTools,
  acceptUpstreamToolsInput,
} from "#lib/tools/import/upstream/schema.ts";

export const POST = route({
  scope: "tenant",
  permission: "upstreams:write",
  summary: "Publish what an upstream offers, as it was looked at",
  body: acceptUpstreamToolsInput,
  response: acceptedUpstreamTools,
  run: (ctx, { params, body }) => acceptUpstreamTools(ctx, params.upstream_id ?? "", body),
});
