import { labelledLines } from "#components/versions/labelled-lines.ts";
import { isJsonObject } from "#lib/core/json.ts";
import type { ToolRevision } from "#lib/tools/revisions/schema.ts";
import { shownConfig } from "../shown-config.ts";

const longestIcon = 80;

/** A revision as lines of text that a person can compare with another's. */
export function revisionLines(revision: ToolRevision): string[] {
  const { implementation, ...config } = shownConfig(revision.config);
  return [
    `Name: ${revision.name}`,
    ...(revision.title === null ? [] : [`Title: ${revision.title}`]),
    ...labelledLines("Description", revision.description),
    ...labelledLines("Implementation", typeof implementation === "string" ? implementation : ""),
    ...asJson("Configuration", config),
    ...asJson("Parameters", revision.parameters),
    ...asJson("Output schema", revision.output_schema),
    ...asJson("Effects", revision.annotations),
    ...revision.icons.map(({ src }) => `Icon: ${src.slice(0, longestIcon)}`),
    ...asJson("Metadata", revision.meta),
    `Asks the user: ${revision.confirm}`,
    `Pinned: ${revision.pinned ? "yes" : "no"}`,
    `Tasks: ${revision.task_support}`,
    `Whole call: ${revision.timeout_ms === null ? "as what it runs allows" : `${revision.timeout_ms} ms`}`,
  ];
}

function asJson(label: string, value: unknown): string[] {
  if (value === null || (isJsonObject(value) && Object.keys(value).length === 0)) return [];
  return [
    `${label}:`,
    ...JSON.stringify(value, null, 2)
      .split("\n")
      .map((line) => `  ${line}`),
  ];
}
