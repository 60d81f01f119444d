/** Names of the platform's own tools, which a tenant's agents see beside the tenant's. */
export const reservedNames: readonly string[] = [
  "memory_get",
  "memory_list",
  "memory_set",
  "memory_delete",
  "memory_append",
  "memory_search",
  "resource_access",
  "resource_delete_file",
  "resource_deploy",
  "resource_execute",
  "resource_files",
  "resource_list",
  "resource_query",
  "resource_read",
  "resource_request",
  "resource_select",
  "resource_tables",
  "resource_write",
  "search_tools",
];

/** Kept for tools of the platform that are still to come. */
const reservedPrefix = /^(tausestack|platform)[_.-]/i;

/** True for an MCP name that no tenant's tool may newly take. */
export function isReservedName(mcpName: string): boolean {
  return reservedNames.includes(mcpName) || reservedPrefix.test(mcpName);
}
