import {
  type AcceptUpstreamToolsInput,
  acceptedUpstreamTools,
  ignoredUpstreamTools,
} from "#lib/tools/import/upstream/schema.ts";
import { callApi, pathOf } from "./api.ts";

/** Publishes what an upstream offers, each tool as it was looked at. */
export function acceptUpstreamTools(
  tenantId: string,
  upstreamId: string,
  tools: AcceptUpstreamToolsInput["tools"],
) {
  return callApi({
    ...{ method: "POST", path: pathOf("upstreams", upstreamId, "tools", "accept"), tenantId },
    body: { tools },
    response: acceptedUpstreamTools,
  });
}

/** Sets new tools of an upstream aside. */
export function ignoreUpstreamTools(tenantId: string, upstreamId: string, names: string[]) {
  return callApi({
    ...{ method: "POST", path: pathOf("upstreams", upstreamId, "tools", "ignore"), tenantId },
    body: { names },
    response: ignoredUpstreamTools,
  });
}
