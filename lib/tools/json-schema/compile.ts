import {
  Ajv,
  type AnySchemaObject,
  type ErrorObject,
  type Options,
  type ValidateFunction,
} from "ajv";
import { Ajv2019 } from "ajv/dist/2019.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { LRUCache } from "lru-cache";
import type { FieldError } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { singleton } from "#lib/core/singleton.ts";
import { TimeLimitExceeded, withProcessorLimit, withTimeLimit } from "../calls/time-limit.ts";
import { type CheckRole, toFieldErrors } from "./field-errors.ts";
import { isPattern, toRegExp } from "./pattern.ts";
import { examine } from "./schema-shape.ts";

/**
 * What is wrong with a value; empty when it fits. May fill in defaults in the value itself. Without
 * `limitMs`, the caller knows that it is quick.
 */
type Check = (value: unknown, limitMs?: number) => FieldError[];

export const tooSlow: Record<CheckRole, string> = {
  arguments: "the arguments take too long to check against this tool's schema",
  output: "the output takes too long to check against this tool's schema",
};

const compileLimitMs = 2_000;
/** Larger arguments get their first mistake alone: gathering all could fill the memory. */
const largestGathered = 16 * 1024;

const options: Options = {
  strict: false,
  ownProperties: true,
  logger: false,
  // Inlined, references would make a small schema a large one.
  inlineRefs: false,
  validateSchema: false,
  verbose: true,
  code: { optimize: false, regExp: Object.assign(toRegExp, { code: "toRegExp" }) },
};

const dialects = {
  "https://json-schema.org/draft/2020-12/schema": Ajv2020,
  "https://json-schema.org/draft/2019-09/schema": Ajv2019,
  "http://json-schema.org/draft-07/schema": Ajv,
} as const;

type Dialect = keyof typeof dialects;

const engines = new Map<string, Ajv>();

function engineOf(dialect: Dialect, role: CheckRole, allErrors: boolean): Ajv {
  const key = `${dialect} ${role} ${allErrors}`;
  const made = engines.get(key);
  if (made) return made;
  const useDefaults = role === "arguments";
  const engine = new dialects[dialect]({ ...options, useDefaults, allErrors });
  formats.default(engine);
  engine.addFormat("regex", isPattern);
  engines.set(key, engine);
  return engine;
}

/** The dialect that `$schema` names; absent, MCP's default of 2020-12. Null: one we do not know. */
function dialectOf(schema: JsonObject): Dialect | null {
  const { $schema } = schema;
  if ($schema === undefined) return "https://json-schema.org/draft/2020-12/schema";
  const named = String($schema).replace(/#$/, "");
  const known = Object.keys(dialects) as Dialect[];
  const bare = (uri: string) => uri.replace(/^https?:/, "");
  return known.find((uri) => bare(uri) === bare(named)) ?? null;
}

/** The schema as an engine takes it: without an id, by which it could stand for another's. */
function anonymous(schema: JsonObject, dialect: Dialect): AnySchemaObject {
  const { $id, ...rest } = schema;
  return { ...rest, $schema: dialect };
}

function compile(schema: JsonObject, role: CheckRole, allErrors: boolean): ValidateFunction {
  const dialect = dialectOf(schema);
  if (dialect === null) throw new Error("The schema is of an unknown dialect");
  const engine = engineOf(dialect, role, allErrors);
  const own = anonymous(schema, dialect);
  try {
    const validate = withTimeLimit(compileLimitMs, () => engine.compile(own));
    engine.removeSchema(own);
    return validate;
  } catch (error) {
    // What failed or was ended halfway may have left anything behind.
    engines.clear();
    throw error;
  }
}

function unusable(error: unknown): FieldError[] {
  const message = error instanceof Error ? error.message : String(error);
  return [{ pointer: "", message: `cannot be used: ${message}` }];
}

/**
 * What is wrong with the form of a schema, as pointers into it. Does not compile it, which costs
 * much more: enough for schemas whose references were written by us.
 */
export function formMistakes(schema: JsonObject): FieldError[] {
  const { mistakes } = examine(schema);
  if (mistakes.length > 0) return mistakes;
  const dialect = dialectOf(schema);
  if (dialect === null) {
    const message = `must be one of ${Object.keys(dialects).join(", ")}`;
    return [{ pointer: "/$schema", message }];
  }
  try {
    const engine = engineOf(dialect, "output", true);
    const valid = withTimeLimit(compileLimitMs, () =>
      engine.validateSchema(anonymous(schema, dialect)),
    );
    return valid === true ? [] : toFieldErrors(engine.errors ?? [], "output");
  } catch (error) {
    return unusable(error);
  }
}

/** What is wrong with a schema, as pointers into it; empty when values can be checked against it. */
export function mistakesOf(schema: JsonObject): FieldError[] {
  const mistakes = formMistakes(schema);
  if (mistakes.length > 0) return mistakes;
  try {
    compile(schema, "output", false);
    return [];
  } catch (error) {
    return unusable(error);
  }
}

function makeCheck(schema: JsonObject, role: CheckRole): Check {
  const check = compile(schema, role, false);
  let gather: ValidateFunction | undefined;
  return (value, limitMs) => {
    const run = (validate: ValidateFunction): ErrorObject[] => {
      const work = () => (validate(value) ? [] : (validate.errors ?? []));
      return limitMs === undefined ? work() : withProcessorLimit(limitMs, work);
    };
    try {
      const first = run(check);
      if (first.length === 0) return [];
      if (JSON.stringify(value).length > largestGathered) return toFieldErrors(first, role);
      gather ??= compile(schema, role, true);
      return toFieldErrors(run(gather), role);
    } catch (error) {
      if (!(error instanceof TimeLimitExceeded || error instanceof RangeError)) throw error;
      return [{ pointer: "", message: tooSlow[role] }];
    }
  };
}

/** Schemas whose texts are longer in all than this are compiled anew. */
const largestCache = 4 * 1024 * 1024;

const checkers = singleton(
  "tools.checkers",
  () =>
    new LRUCache<string, { check: Check; hasDefaults: boolean }>({
      maxSize: largestCache,
      sizeCalculation: (_checker, key) => key.length + 1_000,
    }),
);

/**
 * The check of a schema, given as JSON text; compiled once in this thread, whichever tool it is of.
 * `hasDefaults`: a check of arguments may fill some in. Throws for a schema that does not compile.
 */
export function checkerOf(text: string, role: CheckRole): { check: Check; hasDefaults: boolean } {
  const key = `${role} ${text}`;
  const known = checkers.get(key);
  if (known) return known;
  const schema = JSON.parse(text) as JsonObject;
  const hasDefaults = role === "arguments" && examine(schema).hasDefaults;
  const made = { check: makeCheck(schema, role), hasDefaults };
  checkers.set(key, made);
  return made;
}
