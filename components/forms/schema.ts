import { z } from "zod";
import { plainMessage } from "#lib/core/plain-message.ts";

/**
 * JSON typed as text, checked by `inner`: `z.object({ parameters: jsonText(z.record(…)) })`.
 * A mistake inside the value is told at the field, with its path in the message.
 */
export function jsonText<T>(inner: z.ZodType<T>) {
  return z.string().transform((text, context): T => {
    const result = parseJson(text, inner);
    if ("value" in result) return result.value;
    context.addIssue({ code: "custom", message: result.message });
    return z.NEVER;
  });
}

/** The same where an empty text is a value too: null. */
export function optionalJsonText<T>(inner: z.ZodType<T>) {
  return z.string().transform((text, context): T | null => {
    if (text.trim() === "") return null;
    const result = parseJson(text, inner);
    if ("value" in result) return result.value;
    context.addIssue({ code: "custom", message: result.message });
    return z.NEVER;
  });
}

function parseJson<T>(text: string, inner: z.ZodType<T>): { value: T } | { message: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { message: text.trim() === "" ? "Enter a JSON value." : locate(error, text) };
  }
  const checked = inner.safeParse(value, { error: plainMessage });
  if (checked.success) return { value: checked.data };
  const [issue] = checked.error.issues;
  const path = issue?.path.join(".");
  return { message: `${path ? `${path}: ` : ""}${issue?.message ?? "Not the expected shape."}` };
}

// V8 says either "at position 17" or "Unexpected token '}', …", Firefox "at line 2".
function locate(error: unknown, text: string): string {
  const message = error instanceof Error ? error.message : "";
  const position = /position (\d+)/.exec(message)?.[1];
  const line = position
    ? text.slice(0, Number(position)).split("\n").length
    : /line (\d+)/.exec(message)?.[1];
  if (line) return `Not valid JSON: look at line ${line}.`;
  const token = /^Unexpected token ('.+?'),/.exec(message)?.[1];
  return token ? `Not valid JSON: ${token} is unexpected.` : "Not valid JSON.";
}

/** One row of a `KeyValueField`. */
export type Pair = { key: string; value: string };

/** The rows of a `KeyValueField` as an object. Empty rows are dropped, a repeated key is an error. */
export function pairsRecord() {
  const row = z.object({ key: z.string().trim(), value: z.string() });
  return z.array(row).transform((rows, context): Record<string, string> => {
    const seen = new Map<string, string>();
    for (const [index, { key, value }] of rows.entries()) {
      if (key === "" && value === "") continue;
      const message = key === "" ? "Enter a name." : seen.has(key) && "This name is taken above.";
      if (message) context.addIssue({ code: "custom", message, path: [index, "key"] });
      seen.set(key, value);
    }
    return Object.fromEntries(seen);
  });
}

/** The other way round, for a form's default values. */
export function toPairs(record: Record<string, string>): Pair[] {
  return Object.entries(record).map(([key, value]) => ({ key, value }));
}
