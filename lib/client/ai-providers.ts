import {
  type AiProvider,
  aiProvider,
  deletedAiProvider,
  type PutAiProviderInput,
  type TestedAiProvider,
  testedAiProvider,
} from "#lib/providers/entry-schema.ts";
import { callApi, pathOf } from "./api.ts";
import { isThere } from "./is-there.ts";

function pathTo(tenantId: string, ...rest: string[]): string {
  return pathOf("tenants", tenantId, "ai-providers", ...rest);
}

/** Adds a provider to a tenant, or changes the one of that name. */
export function putAiProvider(
  tenantId: string,
  name: string,
  body: PutAiProviderInput,
): Promise<AiProvider> {
  return callApi({ method: "PUT", path: pathTo(tenantId, name), body, response: aiProvider });
}

export function aiProviderExists(tenantId: string, name: string): Promise<boolean> {
  return isThere(callApi({ path: pathTo(tenantId, name), response: aiProvider }));
}

export async function deleteAiProvider(tenantId: string, name: string): Promise<void> {
  const path = pathTo(tenantId, name);
  await callApi({ method: "DELETE", path, response: deletedAiProvider });
}

/** Asks the provider whether it takes the tenant's key. */
export function testAiProvider(tenantId: string, name: string): Promise<TestedAiProvider> {
  const path = pathTo(tenantId, name, "test");
  return callApi({ method: "POST", path, response: testedAiProvider });
}
