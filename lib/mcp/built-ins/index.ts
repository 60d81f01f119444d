import type { BuiltIn } from "./built-in.ts";
import { memoryTools } from "./memory.ts";
import { resourceTools } from "./resources.ts";
import { searchTool } from "./search.ts";

/** The platform's own tools by name; `reservedNames` of lib/tools keeps their names free. */
export const builtIns: ReadonlyMap<string, BuiltIn> = new Map(
  [...memoryTools, ...resourceTools, searchTool].map((tool) => [tool.listed.name, tool]),
);
