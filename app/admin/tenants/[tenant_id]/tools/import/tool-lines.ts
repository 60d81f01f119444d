import { jsonLines } from "#components/versions/json-lines.ts";
import type { ProposedTool } from "#lib/tools/import/openapi/schema.ts";

/** A tool as lines of text that a person can compare with another's. */
export function toolLines(tool: ProposedTool): string[] {
  const { import: _, ...config } = tool.config;
  return [
    `Name: ${tool.name}`,
    ...(tool.title === null ? [] : [`Title: ${tool.title}`]),
    ...`Description: ${tool.description}`.split("\n"),
    ...jsonLines("Request", config),
    ...jsonLines("Arguments", tool.parameters),
    ...jsonLines("Output schema", tool.output_schema),
    ...jsonLines("Effects", tool.annotations),
  ];
}
