import {
  type ContentInfo,
  contentInfo,
  deletedResource,
  type RegisterResourceInput,
  type Resource,
  resource,
} from "#lib/resources/schema.ts";
import { callApi, pathOf } from "./api.ts";
import { isThere } from "./is-there.ts";

export function registerResource(tenantId: string, body: RegisterResourceInput): Promise<Resource> {
  const path = "/resources/register";
  return callApi({ method: "POST", path, tenantId, body, response: resource });
}

/** Keeps a file with the resource, in the place of what was kept. */
export function putContent(tenantId: string, resourceId: string, file: Blob): Promise<ContentInfo> {
  const path = pathOf("resources", resourceId, "content");
  return callApi({ method: "PUT", path, tenantId, blob: file, response: contentInfo });
}

/** Where a browser downloads what is kept with the resource. */
export function contentHref(tenantId: string, resourceId: string): string {
  const query = new URLSearchParams({ tenant_id: tenantId });
  return `${pathOf("resources", resourceId, "content")}?${query}`;
}

export async function deleteResource(tenantId: string, resourceId: string): Promise<void> {
  const path = pathOf("resources", resourceId);
  await callApi({ method: "DELETE", path, tenantId, response: deletedResource });
}

/** True when the tenant has a resource of that id already. */
export function resourceExists(tenantId: string, resourceId: string): Promise<boolean> {
  return isThere(callApi({ path: pathOf("resources", resourceId), tenantId, response: resource }));
}
