import type { FieldError } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { EvaluationOverrun, evaluate, isBusy } from "../evaluation/evaluate.ts";
import { checkerOf, tooSlow } from "./compile.ts";
import type { CheckRole } from "./field-errors.ts";
import type { InputSchema } from "./parameters.ts";
import { examine } from "./schema-shape.ts";
import { isSmallFor } from "./value-size.ts";

/** What arguments came to: with defaults filled in, or what is wrong with them. */
type Validation = { args: JsonObject } | { errors: FieldError[] };

/** Checks arguments for a tenant's call and fills in defaults. */
export type Validator = (tenantId: string, args: JsonObject) => Validation | Promise<Validation>;

/** What is wrong with a value; empty when it fits. */
export type OutputCheck = (
  tenantId: string,
  value: unknown,
) => FieldError[] | Promise<FieldError[]>;

const unchecked = "the tool has run, but too many outputs wait to be checked";

async function elsewhere(tenantId: string, schema: string, role: CheckRole, value: unknown) {
  try {
    return await evaluate(tenantId, "check", { schema, role, value: JSON.stringify(value) });
  } catch (error) {
    if (error instanceof EvaluationOverrun) {
      return { errors: [{ pointer: "", message: tooSlow[role] }] };
    }
    // The tool has run: told to try again, its caller would have it run twice.
    if (role === "output" && isBusy(error))
      return { errors: [{ pointer: "", message: unchecked }] };
    throw error;
  }
}

/**
 * The validator of a schema that has no mistakes. What is plainly cheap is checked here; a schema or
 * a value that may take its time goes to a thread.
 */
export function validatorOf(schema: InputSchema): Validator {
  const shape = examine(schema);
  const text = JSON.stringify(schema);
  let known: ReturnType<typeof checkerOf> | undefined;
  return (tenantId, given) => {
    if (!isSmallFor(shape, given)) {
      return elsewhere(tenantId, text, "arguments", given).then(({ errors, filled }) => {
        if (errors.length > 0) return { errors };
        return { args: filled === undefined ? given : (JSON.parse(filled) as JsonObject) };
      });
    }
    known ??= checkerOf(text, "arguments");
    const { check, hasDefaults } = known;
    const args = hasDefaults ? structuredClone(given) : given;
    const errors = check(args);
    return errors.length === 0 ? { args } : { errors };
  };
}

/** The check of what a tool answers as structuredContent, which may be any JSON. */
export function outputCheckOf(schema: JsonObject): OutputCheck {
  const shape = examine(schema);
  const text = JSON.stringify(schema);
  let known: ReturnType<typeof checkerOf> | undefined;
  return (tenantId, value) => {
    if (!isSmallFor(shape, value)) {
      return elsewhere(tenantId, text, "output", value).then(({ errors }) => errors);
    }
    known ??= checkerOf(text, "output");
    return known.check(value);
  };
}

/** What is wrong with a schema, as pointers into it; empty when values can be checked against it. */
export async function schemaMistakes(tenantId: string, schema: JsonObject): Promise<FieldError[]> {
  try {
    return await evaluate(tenantId, "schemaMistakes", { schema });
  } catch (error) {
    if (!(error instanceof EvaluationOverrun)) throw error;
    return [{ pointer: "", message: `cannot be used: it ${error.message} to compile` }];
  }
}
