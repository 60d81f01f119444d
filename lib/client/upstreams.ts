import { syncedUpstream } from "#lib/tools/import/upstream/schema.ts";
import {
  checkedUpstream,
  deletedUpstream,
  disconnectedUpstream,
  type PutUpstreamInput,
  startedAuthorization,
  type Upstream,
  upstream,
  upstreamCatalogCounts,
} from "#lib/upstreams/schema.ts";
import { callApi, pathOf } from "./api.ts";
import { isThere } from "./is-there.ts";

/** Registers an upstream, or replaces the one of that id. */
export function putUpstream(
  tenantId: string,
  id: string,
  body: PutUpstreamInput,
): Promise<Upstream> {
  const path = pathOf("upstreams", id);
  return callApi({ method: "PUT", path, tenantId, body, response: upstream });
}

export function upstreamExists(tenantId: string, id: string): Promise<boolean> {
  return isThere(callApi({ path: pathOf("upstreams", id), tenantId, response: upstream }));
}

export async function deleteUpstream(tenantId: string, id: string): Promise<void> {
  const path = pathOf("upstreams", id);
  await callApi({ method: "DELETE", path, tenantId, response: deletedUpstream });
}

/** Asks the server whether it answers now. */
export function checkUpstream(tenantId: string, id: string) {
  const path = pathOf("upstreams", id, "check");
  return callApi({ method: "POST", path, tenantId, response: checkedUpstream });
}

/** How much the server lists now. */
export function countUpstreamCatalog(tenantId: string, id: string, signal: AbortSignal) {
  const path = pathOf("upstreams", id, "catalog", "counts");
  return callApi({ path, tenantId, response: upstreamCatalogCounts, signal });
}

/** Notes what the server lists now. */
export function syncUpstream(tenantId: string, id: string) {
  const path = pathOf("upstreams", id, "sync");
  return callApi({ method: "POST", path, tenantId, response: syncedUpstream });
}

/** Begins an OAuth authorization; the answer has the address to go to. */
export function connectUpstream(tenantId: string, id: string) {
  const path = pathOf("upstreams", id, "connect");
  return callApi({ method: "POST", path, tenantId, response: startedAuthorization });
}

export function disconnectUpstream(tenantId: string, id: string) {
  const path = pathOf("upstreams", id, "disconnect");
  return callApi({ method: "POST", path, tenantId, response: disconnectedUpstream });
}
