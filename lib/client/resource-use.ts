import type { z } from "zod";
import {
  type ApiAnswer,
  type ApiRequest,
  apiAnswer,
  type Deployment,
  deploymentRun,
} from "#lib/resources/drivers/api/connection-schema.ts";
import {
  type DatabaseOverview,
  databaseOverview,
  type TableDescription,
  tableDescription,
} from "#lib/resources/drivers/database/browse-schema.ts";
import {
  type Executed,
  type ExecuteInput,
  executed,
  type QueryInput,
  type ResultSet,
  resultSet,
} from "#lib/resources/drivers/database/connection-schema.ts";
import {
  deletedFile,
  fileEntry,
  fileLink,
  filePage,
} from "#lib/resources/drivers/file/files-schema.ts";
import {
  type ResourceHealthStatus,
  resourceHealthStatus,
} from "#lib/resources/use/health-schema.ts";
import { callApi, pathOf } from "./api.ts";

export function checkHealth(tenantId: string, id: string): Promise<ResourceHealthStatus> {
  const path = pathOf("resources", id, "health");
  return callApi({ method: "POST", path, tenantId, response: resourceHealthStatus });
}

export function listTables(
  tenantId: string,
  id: string,
  signal: AbortSignal,
): Promise<DatabaseOverview> {
  const path = pathOf("resources", id, "tables");
  return callApi({ path, tenantId, response: databaseOverview, signal });
}

export function describeTable(
  tenantId: string,
  id: string,
  query: { schema: string; table: string },
  signal: AbortSignal,
): Promise<TableDescription> {
  const path = pathOf("resources", id, "columns");
  return callApi({ path, query, tenantId, response: tableDescription, signal });
}

export function queryDatabase(tenantId: string, id: string, body: QueryInput): Promise<ResultSet> {
  const path = pathOf("resources", id, "query");
  return callApi({ method: "POST", path, tenantId, body, response: resultSet });
}

export function executeInDatabase(
  tenantId: string,
  id: string,
  body: ExecuteInput,
): Promise<Executed> {
  const path = pathOf("resources", id, "execute");
  return callApi({ method: "POST", path, tenantId, body, response: executed });
}

export type FileEntry = z.output<typeof fileEntry>;

export function listFiles(
  tenantId: string,
  id: string,
  query: { folder: string; cursor?: string | undefined },
  signal: AbortSignal,
): Promise<z.output<typeof filePage>> {
  const path = pathOf("resources", id, "files");
  return callApi({ path, query, tenantId, response: filePage, signal });
}

const contentOf = (id: string) => pathOf("resources", id, "files", "content");

export function putFile(
  tenantId: string,
  id: string,
  path: string,
  blob: Blob,
): Promise<FileEntry> {
  const to = { path: contentOf(id), query: { path } };
  return callApi({ ...to, method: "PUT", tenantId, blob, response: fileEntry });
}

export async function deleteFile(tenantId: string, id: string, path: string): Promise<void> {
  const at = { path: contentOf(id), query: { path } };
  await callApi({ ...at, method: "DELETE", tenantId, response: deletedFile });
}

/** Where a browser downloads a file. */
export function fileHref(tenantId: string, id: string, path: string): string {
  return `${contentOf(id)}?${new URLSearchParams({ path, tenant_id: tenantId })}`;
}

export function linkFile(
  tenantId: string,
  id: string,
  file: string,
): Promise<z.output<typeof fileLink>> {
  const path = pathOf("resources", id, "files", "link");
  return callApi({ method: "POST", path, tenantId, body: { path: file }, response: fileLink });
}

export function requestApi(tenantId: string, id: string, body: ApiRequest): Promise<ApiAnswer> {
  const path = pathOf("resources", id, "request");
  return callApi({ method: "POST", path, tenantId, body, response: apiAnswer });
}

export function runDeployment(tenantId: string, id: string): Promise<Deployment> {
  const path = pathOf("resources", id, "deployments");
  return callApi({ method: "POST", path, tenantId, response: deploymentRun });
}
