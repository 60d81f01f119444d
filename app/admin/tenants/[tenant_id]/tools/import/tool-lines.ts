import type { ProposedTool } from "#lib/tools/import/openapi/schema.ts";

function asJson(label: string, value: unknown): string[] {
  if (value === null || value === undefined) return [];
  const lines = JSON.stringify(value, null, 2).split("\n");
  return [`${label}:`, ...lines.map((line) => `  ${line}`)];
}

/** A tool as lines of text that a person can compare with another's. */
export function toolLines(tool: ProposedTool): string[] {
  const { import: _, ...config } = tool.config;
  return [
    `Name: ${tool.name}`,
    ...(tool.title === null ? [] : [`Title: ${tool.title}`]),
    ...`Description: ${tool.description}`.split("\n"),
    ...asJson("Request", config),
    ...asJson("Arguments", tool.parameters),
    ...asJson("Output schema", tool.output_schema),
    ...asJson("Effects", tool.annotations),
  ];
}
