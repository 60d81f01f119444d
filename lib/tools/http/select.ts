import { compile, type JSONValue, TreeInterpreter } from "@jmespath-community/jmespath";
import { TimeLimitExceeded, withProcessorLimit } from "../time-limit.ts";
import { ToolError } from "../tool-error.ts";

const selectMs = 200;
/** Expressions can repeat a value many times over: what they make is counted before it is written. */
const mostValues = 1_000_000;
const mostCharacters = 16 * 1024 * 1024;

/** Functions that make long texts of short ones. */
const inflating = /\b(pad_left|pad_right|replace)\s*\(/;

/** What is wrong with a JMESPath expression, or null. */
export function selectMistake(expression: string): string | null {
  if (inflating.test(expression)) return "must not use pad_left, pad_right or replace";
  try {
    withProcessorLimit(selectMs, () => compile(expression));
    return null;
  } catch (error) {
    return `is not a JMESPath expression: ${(error as Error).message}`;
  }
}

/** True for a value that can be written out. */
function isSmall(root: unknown): boolean {
  let values = 0;
  let characters = 0;
  const waiting: unknown[] = [root];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (++values > mostValues || characters > mostCharacters) return false;
    if (typeof value === "string") characters += value.length;
    else if (Array.isArray(value)) for (const each of value) waiting.push(each);
    else if (typeof value === "object" && value !== null) {
      for (const [name, each] of Object.entries(value)) {
        characters += name.length;
        waiting.push(each);
      }
    }
    if (waiting.length > mostValues) return false;
  }
  return true;
}

/** What the expression finds in a JSON value; throws `ToolError` (`response_mapping_failed`). */
export function selectorOf(expression: string): (value: unknown) => unknown {
  const tree = compile(expression);
  return (value) => {
    try {
      const { found, fits } = withProcessorLimit(selectMs, () => {
        const result = TreeInterpreter.search(tree, value as JSONValue) ?? null;
        return { found: result, fits: isSmall(result) };
      });
      if (fits) return found;
      throw new ToolError(
        "response_mapping_failed",
        "What the tool's response.select finds is too large.",
      );
    } catch (error) {
      if (error instanceof ToolError) throw error;
      const why =
        error instanceof TimeLimitExceeded
          ? `it took longer than ${selectMs} ms`
          : (error as Error).message;
      throw new ToolError(
        "response_mapping_failed",
        `The tool's response.select could not be applied to the answer: ${why}`,
      );
    }
  };
}
