import { createHash } from "node:crypto";
import { isJsonObject } from "#lib/core/json.ts";
import type { ProposedTool } from "./schema.ts";

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

/** Equal for tools that say the same, in whatever order, wherever they were imported from. */
export function fingerprintOf(tool: ProposedTool): string {
  const { name, title, description, parameters, output_schema, annotations } = tool;
  const { import: origin, ...config } = tool.config;
  const said = { name, title, description, config, parameters, output_schema, annotations };
  const text = JSON.stringify(sorted(said));
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}
