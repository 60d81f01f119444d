import type { z } from "zod";
import type { JsonObject } from "#lib/core/json.ts";

/** A mistake at a field of a kind's own. */
type Issue = { path: PropertyKey[]; message: string };

interface Definition<S extends z.ZodType> {
  /** One line on what the connection is, below the card's title. */
  about: string;
  fields: S;
  /** What the fields start with; an empty connection for a new resource. */
  toFields(connection: JsonObject): z.input<S>;
  /** Only what was filled in, so that the server's defaults stay defaults. */
  toConnection(values: z.output<S>): JsonObject;
  /** The field that a complaint about the connection at `path` belongs to; the path itself if left out. */
  fieldAt?(path: readonly PropertyKey[]): PropertyKey[];
}

/** How the resource form edits the connection of one kind; its fields live under the kind's name. */
export interface ConnectionForm<S extends z.ZodType = z.ZodType> extends Definition<S> {
  fieldAt(path: readonly PropertyKey[]): PropertyKey[];
  /** The fields as a connection, or what is wrong with them. */
  compose(values: unknown): { connection: JsonObject } | { issues: Issue[] };
}

export function connectionForm<S extends z.ZodType>(definition: Definition<S>): ConnectionForm<S> {
  return {
    fieldAt: (path) => [...path],
    ...definition,
    compose(values) {
      const parsed = definition.fields.safeParse(values);
      return parsed.success
        ? { connection: definition.toConnection(parsed.data) }
        : { issues: parsed.error.issues.map(({ path, message }) => ({ path, message })) };
    },
  };
}

/** The text of a connection's key; empty where there is none. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

/** The entries that were filled in. */
export function filled(values: Record<string, unknown>): JsonObject {
  return Object.fromEntries(
    Object.entries(values).filter(
      ([, value]) => value !== null && value !== "" && value !== undefined,
    ),
  );
}
