import type { FieldError } from "#lib/core/errors.ts";
import { isJsonObject } from "#lib/core/json.ts";
import { evaluationMs } from "../evaluation/evaluation.ts";
import { checkerOf } from "../json-schema/compile.ts";
import { pointerTo } from "../json-schema/parameters.ts";
import { jsonDiff } from "../revisions/json-diff.ts";
import type { CallToolResult } from "../schema.ts";
import type { Expectation } from "./example-schema.ts";

const mostProblems = 20;
const longestShown = 200;

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > longestShown ? `${text.slice(0, longestShown)} …` : text;
}

function textOf({ content }: CallToolResult): string {
  return content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("\n");
}

/** What the expectation is about: the structured content, or the text where that is meant. */
function actualOf(result: CallToolResult, expected: unknown): unknown {
  const { structuredContent } = result;
  const wantsText = typeof expected === "string" && typeof structuredContent !== "string";
  return structuredContent === undefined || wantsText ? textOf(result) : structuredContent;
}

function missing(expected: unknown, actual: unknown, pointer = ""): FieldError[] {
  if (typeof expected === "string" && typeof actual === "string") {
    if (actual.includes(expected)) return [];
    return [{ pointer, message: `must contain ${short(expected)}, is ${short(actual)}` }];
  }
  if (isJsonObject(expected) && isJsonObject(actual)) {
    return Object.entries(expected).flatMap(([key, value]) => {
      const at = `${pointer}${pointerTo(key)}`;
      if (!Object.hasOwn(actual, key)) return [{ pointer: at, message: "is missing" }];
      return missing(value, actual[key], at);
    });
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    return expected
      .filter((value) => !actual.some((one) => missing(value, one).length === 0))
      .map((value) => ({ pointer, message: `must contain ${short(value)}` }));
  }
  return unequal(expected, actual, pointer);
}

const words = {
  changed: (old: unknown, now: unknown) => `must be ${short(old)}, is ${short(now)}`,
  removed: (old: unknown) => `is missing; must be ${short(old)}`,
  added: (_: unknown, now: unknown) => `is not expected; is ${short(now)}`,
};

function unequal(expected: unknown, actual: unknown, pointer = ""): FieldError[] {
  return jsonDiff(expected, actual, mostProblems).changes.map((change) => ({
    pointer: `${pointer}${change.pointer}`,
    message: words[change.kind](change.old, change.new),
  }));
}

/**
 * Where a call's result is not what an example expects, up to 20 places; empty when it is. Takes as
 * long as the tenant makes it: ask for it by `evaluate`.
 */
export function problemsOf(expectation: Expectation, result: CallToolResult): FieldError[] {
  if (result.isError) return [{ pointer: "", message: `is an error: ${short(textOf(result))}` }];
  if (expectation.mode === "no_error") return [];
  const { mode, value } = expectation;
  if (mode === "schema") {
    const { check } = checkerOf(JSON.stringify(value), "output");
    return check(actualOf(result, undefined), evaluationMs);
  }
  const find = mode === "equals" ? unequal : missing;
  return find(value, actualOf(result, value)).slice(0, mostProblems);
}
