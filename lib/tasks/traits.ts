import { type CatalogTool, catalogOf } from "#lib/tools/catalog.ts";

export type TaskSupport = "forbidden" | "optional" | "required";

/** What a tool declares that tasks go by. */
export interface TaskTraits {
  toolId: string;
  taskSupport: TaskSupport;
  /** Whether a call that was cut short may be made again. */
  repeatable: boolean;
}

interface Declared extends CatalogTool {
  taskSupport?: TaskSupport;
  annotations?: { readOnlyHint?: boolean; idempotentHint?: boolean };
}

/** The traits of the tool that MCP clients call by this name; null when there is none. */
export async function findTraits(tenantId: string, mcpName: string): Promise<TaskTraits | null> {
  const tool: Declared | undefined = (await catalogOf(tenantId)).byMcpName.get(mcpName);
  if (!tool) return null;
  const { readOnlyHint, idempotentHint } = tool.annotations ?? {};
  return {
    toolId: tool.toolId,
    taskSupport: tool.taskSupport ?? "forbidden",
    repeatable: readOnlyHint === true || idempotentHint === true,
  };
}
