import { type RevokedApp, revokedApp } from "#lib/oauth/schema.ts";
import { callApi, pathOf } from "./api.ts";

/** Disconnects an application from the tenant: its tokens are refused from then on. */
export function revokeApp(tenantId: string, grantId: string): Promise<RevokedApp> {
  const path = pathOf("connected-apps", grantId);
  return callApi({ method: "DELETE", path, tenantId, response: revokedApp });
}
