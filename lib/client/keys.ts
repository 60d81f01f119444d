import {
  type ApiKey,
  apiKey,
  type CreateKeyInput,
  type NewApiKey,
  newApiKey,
} from "#lib/auth/schema.ts";
import { callApi, pathOf } from "./api.ts";

/** Whose keys: a tenant's, or the platform's when there is no tenant. */
export type KeyOwner = { tenantId?: string };

export function createKey(owner: KeyOwner, body: CreateKeyInput): Promise<NewApiKey> {
  return callApi({ method: "POST", path: "/keys", ...owner, body, response: newApiKey });
}

/** A new key in the place of an old one, which keeps working for the overlap, in seconds. */
export function rotateKey(
  owner: KeyOwner,
  keyId: string,
  overlapSeconds: number,
): Promise<NewApiKey> {
  const path = pathOf("keys", keyId, "rotate");
  const body = { overlap_seconds: overlapSeconds };
  return callApi({ method: "POST", path, ...owner, body, response: newApiKey });
}

export function revokeKey(owner: KeyOwner, keyId: string): Promise<ApiKey> {
  return callApi({ method: "DELETE", path: pathOf("keys", keyId), ...owner, response: apiKey });
}
