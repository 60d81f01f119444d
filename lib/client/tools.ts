import type { JsonObject } from "#lib/core/json.ts";
import {
  type CallToolResult,
  type CreateDynamicToolInput,
  callToolResult,
  deletedTool,
  type RegisterToolInput,
  type Tool,
  tool,
} from "#lib/tools/schema.ts";
import { callApi, pathOf } from "./api.ts";
import { isThere } from "./is-there.ts";

export function createDynamicTool(tenantId: string, body: CreateDynamicToolInput): Promise<Tool> {
  return callApi({ method: "POST", path: "/tools/dynamic/create", tenantId, body, response: tool });
}

export function registerTool(tenantId: string, body: RegisterToolInput): Promise<Tool> {
  return callApi({ method: "POST", path: "/tools/register", tenantId, body, response: tool });
}

/** True when the tenant has a tool of that id already. */
export function toolExists(tenantId: string, toolId: string): Promise<boolean> {
  return isThere(callApi({ path: pathOf("tools", toolId), tenantId, response: tool }));
}

export async function deleteTool(tenantId: string, toolId: string): Promise<void> {
  const path = pathOf("tools", toolId);
  await callApi({ method: "DELETE", path, tenantId, response: deletedTool });
}

/** Calls a tool as the tenant's clients do; a tool's own failure is a result with `isError`. */
export function callTool(
  tenantId: string,
  toolId: string,
  args: JsonObject,
  signal?: AbortSignal,
): Promise<CallToolResult> {
  return callApi({
    method: "POST",
    path: pathOf("tools", toolId, "call"),
    tenantId,
    body: { arguments: args },
    response: callToolResult,
    ...(signal ? { signal } : {}),
  });
}
