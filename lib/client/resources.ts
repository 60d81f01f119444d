import {
  deletedResource,
  type RegisterResourceInput,
  type Resource,
  resource,
} from "#lib/resources/schema.ts";
import { callApi, pathOf } from "./api.ts";

export function registerResource(tenantId: string, body: RegisterResourceInput): Promise<Resource> {
  const path = "/resources/register";
  return callApi({ method: "POST", path, tenantId, body, response: resource });
}

export async function deleteResource(tenantId: string, resourceId: string): Promise<void> {
  const path = pathOf("resources", resourceId);
  await callApi({ method: "DELETE", path, tenantId, response: deletedResource });
}
