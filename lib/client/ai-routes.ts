import { type AiRoute, aiRoute, deletedRoute, type PutRouteInput } from "#lib/gateway/schema.ts";
import { callApi, pathOf } from "./api.ts";
import { isThere } from "./is-there.ts";

/** Creates a route of language models, or replaces the one of that alias. */
export function putAiRoute(tenantId: string, alias: string, body: PutRouteInput): Promise<AiRoute> {
  const path = pathOf("ai-routes", alias);
  return callApi({ method: "PUT", path, ...{ tenantId, body, response: aiRoute } });
}

export function aiRouteExists(tenantId: string, alias: string): Promise<boolean> {
  const path = pathOf("ai-routes", alias);
  return isThere(callApi({ path, tenantId, response: aiRoute }));
}

export async function deleteAiRoute(tenantId: string, alias: string): Promise<void> {
  const path = pathOf("ai-routes", alias);
  await callApi({ method: "DELETE", path, tenantId, response: deletedRoute });
}
