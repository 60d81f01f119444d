import { deletedSecret, type PutSecretInput, type Secret, secret } from "#lib/secrets/schema.ts";
import { callApi, pathOf } from "./api.ts";

/** Creates a secret, or changes what is given of one; the value goes one way only. */
export function putSecret(tenantId: string, name: string, body: PutSecretInput): Promise<Secret> {
  return callApi({
    method: "PUT",
    path: pathOf("secrets", name),
    ...{ tenantId, body, response: secret },
  });
}

/** `force` deletes one that is in use too. */
export async function deleteSecret(tenantId: string, name: string, force: boolean): Promise<void> {
  await callApi({
    method: "DELETE",
    path: pathOf("secrets", name),
    query: { force: force ? "true" : undefined },
    ...{ tenantId, response: deletedSecret },
  });
}
