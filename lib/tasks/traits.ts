import { catalogOf } from "#lib/tools/catalog.ts";
import type { TaskSupport } from "#lib/tools/listing-schema.ts";

/** What a tool declares that tasks go by. */
export interface TaskTraits {
  toolId: string;
  taskSupport: TaskSupport;
  /** Whether a call that was cut short may be made again. */
  repeatable: boolean;
}

/** The traits of the tool that MCP clients call by this name; null when there is none. */
export async function findTraits(tenantId: string, mcpName: string): Promise<TaskTraits | null> {
  const tool = (await catalogOf(tenantId)).byMcpName.get(mcpName);
  if (!tool) return null;
  const { readOnlyHint, idempotentHint } = tool.listed?.annotations ?? {};
  return {
    toolId: tool.toolId,
    taskSupport: tool.taskSupport,
    repeatable: readOnlyHint === true || idempotentHint === true,
  };
}
