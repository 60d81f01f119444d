import type { FieldError } from "#lib/core/errors.ts";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { EvaluationOverrun, evaluate, isBusy } from "../evaluation/evaluate.ts";
import { implementationKind } from "../schema.ts";
import { mappingFailed } from "./mapping-failed.ts";

/** Names and places that lead to one value, which costs nothing to find. */
const plainPath = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[\d{1,9}\])*$/;

/** Finds what is wanted in a JSON value; throws `ToolError` (`response_mapping_failed`). */
export type Selector = (tenantId: string, value: unknown) => unknown;

function ownAt(value: unknown, step: string): unknown {
  const isOpen = typeof value === "object" && value !== null && Object.hasOwn(value, step);
  return isOpen ? (value as Record<string, unknown>)[step] : null;
}

/** The steps of a plain path: names into objects, numbers into lists. */
function stepsOf(expression: string): { step: string; isIndex: boolean }[] {
  return [...expression.matchAll(/\[(\d+)\]|(\w+)/g)].map(([, index, name]) => ({
    step: index === undefined ? (name ?? "") : String(Number(index)),
    isIndex: index !== undefined,
  }));
}

/** What a JMESPath expression finds; all but plain paths are evaluated on a thread. */
export function selectorOf(expression: string): Selector {
  if (plainPath.test(expression)) {
    const steps = stepsOf(expression);
    return (_tenantId, root) =>
      steps.reduce<unknown>(
        (value, { step, isIndex }) =>
          Array.isArray(value) === isIndex ? ownAt(value, step) : null,
        root,
      );
  }
  return async (tenantId, value) => {
    try {
      const asked = { expression, value: JSON.stringify(value) };
      return JSON.parse(await evaluate(tenantId, "select", asked)) as unknown;
    } catch (error) {
      if (error instanceof EvaluationOverrun) throw mappingFailed(`it ${error.message}`);
      // The endpoint was called: told to try again, the caller would have it called twice.
      if (isBusy(error)) throw mappingFailed("too many answers wait for theirs");
      throw error;
    }
  };
}

async function mistakeIn(tenantId: string, expression: string): Promise<string | null> {
  try {
    return await evaluate(tenantId, "selectMistake", { expression });
  } catch (error) {
    if (!(error instanceof EvaluationOverrun)) throw error;
    return `cannot be used: it ${error.message} to read`;
  }
}

/** What is wrong with an HTTP tool's JMESPath expression, as a pointer into the tool. */
export async function selectMistakes(tenantId: string, config: JsonObject): Promise<FieldError[]> {
  if (implementationKind(config) !== "http" || !isJsonObject(config.response)) return [];
  const { select } = config.response;
  const message = typeof select === "string" ? await mistakeIn(tenantId, select) : null;
  return message === null ? [] : [{ pointer: "/config/response/select", message }];
}
