import { z } from "zod";
import { type ConfigureTenantInput, type Tenant, tenant } from "#lib/tenants/schema.ts";
import { callApi, pathOf } from "./api.ts";
import { isThere } from "./is-there.ts";

/** Creates a tenant, or replaces its configuration. */
export function configureTenant(body: ConfigureTenantInput): Promise<Tenant> {
  return callApi({ method: "POST", path: "/tenants/configure", body, response: tenant });
}

/** True when there is a tenant of that id already. */
export function tenantExists(tenantId: string): Promise<boolean> {
  return isThere(callApi({ path: pathOf("tenants", tenantId), response: tenant }));
}

/** Suspends or resumes a tenant. */
export function setTenantStatus(tenantId: string, status: Tenant["status"]): Promise<Tenant> {
  const path = pathOf("tenants", tenantId);
  return callApi({ method: "PATCH", path, body: { status }, response: tenant });
}

/** Deletes a tenant and everything it owns. */
export async function deleteTenant(tenantId: string): Promise<void> {
  const response = z.object({ status: z.literal("deleted") });
  await callApi({ method: "DELETE", path: pathOf("tenants", tenantId), response });
}
