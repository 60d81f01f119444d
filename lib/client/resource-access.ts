import { z } from "zod";
import {
  type CheckAnswer,
  type CheckInput,
  checkAnswer,
  type GrantInput,
  openedResource,
  type ResourceGrant,
  resourceGrant,
  revokedGrant,
} from "#lib/resources/access/schema.ts";
import { callApi, pathOf } from "./api.ts";

export function addGrant(
  tenantId: string,
  resourceId: string,
  body: GrantInput,
): Promise<ResourceGrant> {
  const path = pathOf("resources", resourceId, "grants");
  return callApi({ method: "POST", path, tenantId, body, response: resourceGrant });
}

export function putGrant(
  tenantId: string,
  resourceId: string,
  grantId: string,
  body: GrantInput,
): Promise<ResourceGrant> {
  const path = pathOf("resources", resourceId, "grants", grantId);
  return callApi({ method: "PUT", path, tenantId, body, response: resourceGrant });
}

export async function revokeGrant(
  tenantId: string,
  resourceId: string,
  grantId: string,
): Promise<void> {
  const path = pathOf("resources", resourceId, "grants", grantId);
  await callApi({ method: "DELETE", path, tenantId, response: revokedGrant });
}

/** Closes an open resource to everybody, until somebody is granted it. */
export async function closeResource(tenantId: string, resourceId: string): Promise<void> {
  const path = pathOf("resources", resourceId, "grants");
  await callApi({ method: "PUT", path, tenantId, body: [], response: z.array(resourceGrant) });
}

/** Revokes all grants and opens the resource to everyone of the tenant. */
export async function openResource(tenantId: string, resourceId: string): Promise<void> {
  const path = pathOf("resources", resourceId, "grants");
  await callApi({ method: "DELETE", path, tenantId, response: openedResource });
}

export function checkAccess(
  tenantId: string,
  resourceId: string,
  body: CheckInput,
): Promise<CheckAnswer> {
  const path = pathOf("resources", resourceId, "check");
  return callApi({ method: "POST", path, tenantId, body, response: checkAnswer });
}
