import { route } from "#lib/http/route.ts";
import { ignoreUpstreamTools } from "#lib/tools/import/upstream/accept.ts";
import {
  ignoredUpstreamTools,
  ignoreUpstreamToolsInput,
} from "#lib/tools/import/upstream/schema.ts";

export const POST = route({
  scope: "tenant",
  permission: "upstreams:write",
  summary: "Set new tools of an upstream aside",
  body: ignoreUpstreamToolsInput,
  response: ignoredUpstreamTools,
  run: (ctx, { params, body }) => ignoreUpstreamTools(ctx, params.upstream_id ?? "", body),
});
