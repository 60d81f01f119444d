import { apiTools } from "./apis.ts";
import type { BuiltIn } from "./built-in.ts";
import { databaseTools } from "./databases.ts";
import { fileTools } from "./files.ts";
import { memoryTools } from "./memory.ts";
import { resourceTools } from "./resources.ts";
import { searchTool } from "./search.ts";

/** The platform's own tools by name; `reservedNames` of lib/tools keeps their names free. */
export const builtIns: ReadonlyMap<string, BuiltIn> = new Map(
  [...memoryTools, ...resourceTools, ...databaseTools, ...fileTools, ...apiTools, searchTool].map(
    (tool) => [tool.listed.name, tool],
  ),
);
