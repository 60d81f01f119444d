import { createHash } from "node:crypto";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { toolAnnotations } from "../../listing-schema.ts";
import { type DefinitionPart, definitionParts, type UpstreamDefinition } from "./schema.ts";

/** A tool of an upstream's list that can be held; the others are left out of it. */
export interface OfferedTool {
  remoteName: string;
  definition: UpstreamDefinition;
}

const longestName = 200;
const longestDescription = 10_000;

/** Unprintable characters are no part of a text that a person could check. */
function clean(value: unknown, longest: number): string {
  if (typeof value !== "string") return "";
  return value
    .toWellFormed()
    .replaceAll(/[^\P{Cc}\t\n\r]/gu, " ")
    .slice(0, longest)
    .toWellFormed();
}

/** MCP's Tool of a list → what is kept of it, or null for one that has no name that can be kept. */
export function toOffered(tool: JsonObject): OfferedTool | null {
  const { name, title, description, inputSchema, outputSchema, annotations } = tool;
  const isName =
    typeof name === "string" &&
    name !== "" &&
    name.length <= longestName &&
    name.isWellFormed() &&
    !/\p{Cc}/u.test(name);
  if (!isName) return null;
  const hints = toolAnnotations.safeParse(isJsonObject(annotations) ? annotations : {});
  const shown = clean(title, 200).replaceAll(/[\t\n\r]+/g, " ");
  return {
    remoteName: name,
    definition: {
      title: shown === "" ? null : shown,
      description: clean(description, longestDescription),
      input_schema: isJsonObject(inputSchema) ? inputSchema : { type: "object" },
      output_schema: isJsonObject(outputSchema) ? outputSchema : null,
      annotations: hints.success ? hints.data : {},
    },
  };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

const same = (a: unknown, b: unknown) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

/** The parts in which two definitions differ; the order of keys is no difference. */
export function changedParts(
  accepted: UpstreamDefinition,
  offered: UpstreamDefinition,
): DefinitionPart[] {
  return definitionParts.filter((part) => !same(accepted[part], offered[part]));
}

/** What the person who accepts has seen: accepting anything else is refused. */
export function digestOf(definition: UpstreamDefinition): string {
  const text = JSON.stringify(sorted(definition));
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}
