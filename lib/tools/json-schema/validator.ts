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
import { type InputSchema, pointerTo } from "./parameters.ts";
import { isPattern, toRegExp } from "./pattern.ts";
import { examine } from "./schema-shape.ts";

/** Checks arguments and fills in defaults: the arguments to use, or what is wrong with them. */
export type Validator = (args: JsonObject) => { args: JsonObject } | { errors: FieldError[] };

/** What is wrong with a value; empty when it fits. */
export type OutputCheck = (value: unknown) => FieldError[];

/** Arguments get the defaults that they lack; of what a tool answers nothing is made up. */
type Role = "arguments" | "output";

const tooSlow: Record<Role, string> = {
  arguments: "the arguments take too long to check against this tool's schema",
  output: "the output takes too long to check against this tool's schema",
};

const compileLimitMs = 2_000;
const checkLimitMs = 50;
const errorsShown = 20;
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

function engineOf(dialect: Dialect, role: Role, allErrors: boolean): Ajv {
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

function compile(schema: JsonObject, role: Role, allErrors: boolean): ValidateFunction {
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
export function schemaMistakes(schema: JsonObject): FieldError[] {
  const mistakes = formMistakes(schema);
  if (mistakes.length > 0) return mistakes;
  try {
    compile(schema, "output", false);
    return [];
  } catch (error) {
    return unusable(error);
  }
}

const validators = singleton(
  "toolValidators",
  () => new LRUCache<string, Validator>({ max: 2_000 }),
);

const outputChecks = singleton(
  "toolOutputChecks",
  () => new LRUCache<string, OutputCheck>({ max: 2_000 }),
);

function cached<V extends object>(
  cache: LRUCache<string, V>,
  schema: JsonObject,
  make: () => V,
): V {
  const key = JSON.stringify(schema);
  let value = cache.get(key);
  if (!value) {
    value = make();
    cache.set(key, value);
  }
  return value;
}

/** The validator of a schema that has no mistakes; compiled once, whichever tool it is of. */
export function validatorOf(schema: InputSchema): Validator {
  return cached(validators, schema, () => {
    const { hasDefaults } = examine(schema);
    const check = makeCheck(schema, "arguments");
    return (given) => {
      const args = hasDefaults ? structuredClone(given) : given;
      const errors = check(args);
      return errors.length === 0 ? { args } : { errors };
    };
  });
}

/** The check of what a tool answers as structuredContent; compiled once, as above. */
export function outputCheckOf(schema: JsonObject): OutputCheck {
  return cached(outputChecks, schema, () => makeCheck(schema, "output"));
}

/** A check that may fill in defaults in the value itself. */
function makeCheck(schema: JsonObject, role: Role): OutputCheck {
  const { slow } = examine(schema);
  const check = compile(schema, role, false);
  let gather: ValidateFunction | undefined;

  function run(validate: ValidateFunction, value: unknown): ErrorObject[] {
    const work = () => (validate(value) ? [] : (validate.errors ?? []));
    return slow ? withProcessorLimit(checkLimitMs, work) : work();
  }

  return (value) => {
    try {
      const first = run(check, value);
      if (first.length === 0) return [];
      if (JSON.stringify(value).length > largestGathered) return toFieldErrors(first, role);
      gather ??= compile(schema, role, true);
      return toFieldErrors(run(gather, value), role);
    } catch (error) {
      if (!(error instanceof TimeLimitExceeded || error instanceof RangeError)) throw error;
      return [{ pointer: "", message: tooSlow[role] }];
    }
  };
}

/** One entry a field, in words that say what to change. */
function toFieldErrors(found: ErrorObject[], role: Role): FieldError[] {
  const errors = new Map<string, FieldError>();
  for (const error of found) {
    const entry = explain(error, role);
    const key = `${entry.pointer} ${entry.message}`;
    if (errors.size < errorsShown) errors.set(key, entry);
  }
  return [...errors.values()];
}

const list = (values: unknown) =>
  Array.isArray(values)
    ? values
        .map((value) => JSON.stringify(value))
        .join(", ")
        .slice(0, 500)
    : "";

function explain(
  { instancePath, keyword, params, message, parentSchema }: ErrorObject,
  role: Role,
): FieldError {
  const at = (name: unknown) => `${instancePath}${pointerTo(String(name))}`;
  switch (keyword) {
    case "required": {
      const { type } = parentSchema?.properties?.[params.missingProperty] ?? {};
      const hint = typeof type === "string" ? ` (${type})` : "";
      return { pointer: at(params.missingProperty), message: `is required${hint}` };
    }
    case "additionalProperties":
    case "unevaluatedProperties": {
      const name = params.additionalProperty ?? params.unevaluatedProperty;
      const known = list(Object.keys(parentSchema?.properties ?? {}));
      const what = role === "arguments" ? "a parameter" : "a property of the schema";
      return { pointer: at(name), message: `is not ${what}; known are ${known || "none"}` };
    }
    case "enum":
      return { pointer: instancePath, message: `must be one of ${list(params.allowedValues)}` };
    case "const":
      return { pointer: instancePath, message: `must be ${JSON.stringify(params.allowedValue)}` };
    default:
      return { pointer: instancePath, message: message ?? `must satisfy ${keyword}` };
  }
}
