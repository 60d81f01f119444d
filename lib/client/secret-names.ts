import { z } from "zod";
import { usedSecret } from "#lib/secrets/schema.ts";
import { callApi } from "./api.ts";

const most = "1000";

/** The names of the tenant's secrets; the API gives no values. */
export async function listSecretNames(tenantId: string, signal: AbortSignal): Promise<string[]> {
  const response = z.array(usedSecret.pick({ name: true }));
  const query = { limit: most };
  const secrets = await callApi({ path: "/secrets", query, tenantId, response, signal });
  return secrets.map(({ name }) => name);
}
