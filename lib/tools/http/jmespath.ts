import { compile, type JSONValue, TreeInterpreter } from "@jmespath-community/jmespath";
import { LRUCache } from "lru-cache";
import { TimeLimitExceeded, withProcessorLimit } from "../calls/time-limit.ts";
import { ToolError } from "../calls/tool-error.ts";
import { boundFunctions } from "./jmespath-functions.ts";
import { mappingFailed } from "./mapping-failed.ts";

boundFunctions();

const selectMs = 200;
/** Expressions can repeat a value many times over: what they make is counted before it is written. */
const mostValues = 1_000_000;
const mostCharacters = 16 * 1024 * 1024;

/** What is wrong with a JMESPath expression, or null. */
export function selectMistake(expression: string): string | null {
  try {
    withProcessorLimit(selectMs, () => compile(expression));
    return null;
  } catch (error) {
    return `is not a JMESPath expression: ${(error as Error).message}`;
  }
}

/** True for a value that can be written out: it is JSON, and not too much of it. */
function isWritable(root: unknown): boolean {
  let values = 0;
  let characters = 0;
  const waiting: unknown[] = [root];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (++values > mostValues || characters > mostCharacters) return false;
    // A member by the name of constructor is found in every object.
    if (typeof value === "function") return false;
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

const trees = new LRUCache<string, ReturnType<typeof compile>>({ max: 500 });

function treeOf(expression: string): ReturnType<typeof compile> {
  const known = trees.get(expression);
  if (known) return known;
  const tree = compile(expression);
  trees.set(expression, tree);
  return tree;
}

/**
 * What the expression finds in a JSON value, null for nothing; throws `ToolError`
 * (`response_mapping_failed`). Takes as long as the tenant makes it: `selectorOf` is for calls.
 */
export function select(expression: string, value: unknown): unknown {
  try {
    const { found, fits } = withProcessorLimit(selectMs, () => {
      const result = TreeInterpreter.search(treeOf(expression), value as JSONValue) ?? null;
      return { found: result, fits: isWritable(result) };
    });
    if (fits) return found;
  } catch (error) {
    const isLate = error instanceof TimeLimitExceeded;
    throw mappingFailed(isLate ? `it took longer than ${selectMs} ms` : (error as Error).message);
  }
  throw new ToolError(
    "response_mapping_failed",
    "What the tool's response.select finds is too large, or no JSON.",
  );
}
