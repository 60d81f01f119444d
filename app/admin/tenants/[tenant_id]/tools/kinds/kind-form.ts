import type { z } from "zod";
import type { JsonObject } from "#lib/core/json.ts";

/** A mistake at a field of a kind's own. */
export type KindIssue = { path: PropertyKey[]; message: string };

interface Definition<S extends z.ZodType> {
  label: string;
  /** One line for whoever chooses among the kinds. */
  about: string;
  /** Keys of the config that have fields here; the others are edited as JSON. */
  keys: readonly string[];
  fields: S;
  /** What the fields start with; an empty config for a new tool. */
  toFields(config: JsonObject): z.input<S>;
  /** Only what was filled in, so that the server's defaults stay defaults. */
  toConfig(values: z.output<S>): JsonObject;
  /** The field that a complaint about the config at `path` belongs to. */
  fieldAt(path: readonly PropertyKey[], values: z.input<S>): PropertyKey[];
}

/** How the tool form edits one kind of runtime; its fields live under the kind's name. */
export interface KindForm<S extends z.ZodType = z.ZodType> extends Omit<Definition<S>, "fieldAt"> {
  /** The fields' part of the config, or what is wrong with them. */
  compose(values: unknown): { config: JsonObject } | { issues: KindIssue[] };
  fieldAt(path: readonly PropertyKey[], values: unknown): PropertyKey[];
}

export function kindForm<S extends z.ZodType>(definition: Definition<S>): KindForm<S> {
  return {
    ...definition,
    compose(values) {
      const parsed = definition.fields.safeParse(values);
      return parsed.success
        ? { config: definition.toConfig(parsed.data) }
        : { issues: parsed.error.issues.map(({ path, message }) => ({ path, message })) };
    },
    fieldAt: (path, values) => definition.fieldAt(path, values as z.input<S>),
  };
}
