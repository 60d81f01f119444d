import { jsonObject } from "#lib/core/json.ts";

const largestMeta = 16 * 1024;
const longestKey = 200;

const label = "[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
const keyForm = new RegExp(
  `^(?:(${label}(?:\\.${label})*)/)?(?:[A-Za-z0-9](?:[\\w.-]*[A-Za-z0-9])?)?$`,
);
const reservedLabels = new Set(["mcp", "modelcontextprotocol"]);
const traceContext = new Set(["traceparent", "tracestate", "baggage"]);

/**
 * What is wrong with a key of `_meta` (MCP 2026-07-28, basic, _meta), or null. Prefixes are
 * reserved by their second label; those of earlier revisions by the last but one.
 */
export function metaKeyMistake(key: string): string | null {
  const parts = key.length <= longestKey ? keyForm.exec(key) : null;
  if (!parts || key === "") {
    return "is not a key of _meta: an optional prefix such as com.example/, then letters, digits, _, - or .";
  }
  const labels = parts[1]?.toLowerCase().split(".") ?? [];
  if ([labels[1], labels.at(-2)].some((each) => each !== undefined && reservedLabels.has(each))) {
    return "has a prefix that is reserved for MCP itself; use a domain of your own";
  }
  if (traceContext.has(key)) return "is reserved for trace context";
  return null;
}

/** MCP's `_meta` of a tool: keys by its naming rules, any values. */
export const toolMeta = jsonObject
  .refine(
    (value) => JSON.stringify(value).length <= largestMeta,
    `must have at most ${largestMeta} characters of JSON`,
  )
  .superRefine((value, refinement) => {
    for (const key of Object.keys(value)) {
      const message = metaKeyMistake(key);
      if (message !== null) refinement.addIssue({ code: "custom", path: [key], message });
    }
  })
  .default({});
