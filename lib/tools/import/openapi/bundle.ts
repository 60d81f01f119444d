import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import {
  type Conversion,
  convertSchema,
  type Direction,
  mapSchemas,
  withoutAnnotations,
} from "./json-schema.ts";
import { lookUp } from "./references.ts";

/** Characters of a tool's schema: what a model can still be given with each request. */
const largest = 16 * 1024;
const refPrefix = "#/$defs/";

/** A shared schema of the document, converted once for all of its operations. */
interface Definition {
  name: string;
  schema: JsonObject;
  /** The schema without its annotations. */
  bare: JsonObject;
  refs: ReadonlySet<string>;
  /** Characters of each form, with its name. */
  size: { schema: number; bare: number };
}

/** A schema with the shared ones that it needs, or why it cannot be had. */
export type Bundled = { schema: JsonObject; warnings: string[] } | { problem: string };

export interface Bundler {
  /** The schema converted, its references into `$defs` not yet added. */
  convert(schema: unknown, warn: (message: string) => void): JsonObject;
  /** Adds the `$defs` that it needs; where all are too large, some of them become any value. */
  complete(schema: JsonObject): Bundled;
}

function sizeOf(value: unknown): number {
  return JSON.stringify(value).length;
}

function refsIn(schema: JsonObject): Set<string> {
  const found = new Set<string>();
  mapSchemas(schema, (one) => {
    if (typeof one.$ref === "string") found.add(one.$ref.slice(refPrefix.length));
    return one;
  });
  return found;
}

/** The references that do not lead into `kept` become any value. */
function cut(schema: JsonObject, kept: ReadonlySet<string>): JsonObject {
  return mapSchemas(schema, (one) => {
    if (typeof one.$ref !== "string" || kept.has(one.$ref.slice(refPrefix.length))) return one;
    const { $ref, ...rest } = one;
    return rest;
  }) as JsonObject;
}

/**
 * Bundles the schemas of one document for one direction. Shared schemas stay shared within a tool,
 * so that cycles are no trouble and nothing is written out twice.
 */
export function bundlerOf(root: JsonObject, direction: Direction): Bundler {
  const byReference = new Map<string, Definition | null>();
  const byName = new Map<string, Definition>();

  function nameFor(reference: string): string {
    const last = reference.slice(reference.lastIndexOf("/") + 1);
    const plain = last.replaceAll(/%..|~[01]|[^A-Za-z0-9._-]+/g, "_").slice(0, 100) || "schema";
    for (let count = 1; ; count++) {
      const name = count === 1 ? plain : `${plain}_${count}`;
      if (!byName.has(name)) return name;
    }
  }

  /** A schema that is nothing but a reference to another, which ends in itself. */
  function isCircular(reference: string): boolean {
    const seen = new Set<string>();
    for (let at = reference; ; ) {
      if (seen.has(at)) return true;
      seen.add(at);
      const target = lookUp(root, at);
      if (!isJsonObject(target) || typeof target.$ref !== "string") return false;
      at = target.$ref;
    }
  }

  const conversion = (warn: (message: string) => void): Conversion => ({
    direction,
    warn,
    refer(reference) {
      const made = define(reference, warn);
      return made && refPrefix + made.name;
    },
  });

  const waiting: (() => void)[] = [];
  let draining = false;

  function define(reference: string, warn: (message: string) => void): Definition | null {
    const known = byReference.get(reference);
    if (known !== undefined) return known;
    let target: unknown;
    try {
      target = lookUp(root, reference);
      if (isCircular(reference)) throw new Error("is a circle of references");
    } catch (error) {
      const reason = error instanceof Error ? error.message : "cannot be read";
      warn(`A schema ${reason}; any value is taken there.`);
      byReference.set(reference, null);
      return null;
    }
    const name = nameFor(reference);
    const size = { schema: 0, bare: 0 };
    const made: Definition = { name, schema: {}, bare: {}, refs: new Set(), size };
    byReference.set(reference, made);
    byName.set(name, made);
    // Later, so that a long chain of references does not nest as many calls.
    waiting.push(() => {
      made.schema = convertSchema(target, conversion(warn));
      made.bare = withoutAnnotations(made.schema);
      made.refs = refsIn(made.schema);
      size.schema = sizeOf(made.schema) + name.length + 4;
      size.bare = sizeOf(made.bare) + name.length + 4;
    });
    return made;
  }

  function drain(): void {
    if (draining) return;
    draining = true;
    for (let next = waiting.pop(); next; next = waiting.pop()) next();
    draining = false;
  }

  /** All that the schema needs, nearest first. */
  function reachable(schema: JsonObject): Definition[] {
    const found = new Map<string, Definition>();
    let wave = refsIn(schema);
    while (wave.size > 0) {
      const next = new Set<string>();
      for (const name of wave) {
        const definition = byName.get(name);
        if (found.has(name) || !definition) continue;
        found.set(name, definition);
        for (const ref of definition.refs) if (!found.has(ref)) next.add(ref);
      }
      wave = next;
    }
    return [...found.values()];
  }

  function write(
    schema: JsonObject,
    definitions: readonly Definition[],
    form: "schema" | "bare",
  ): JsonObject {
    if (definitions.length === 0) return schema;
    const $defs = Object.fromEntries(definitions.map((one) => [one.name, one[form]]));
    return { ...schema, $defs };
  }

  return {
    convert(schema, warn) {
      const made = convertSchema(schema, conversion(warn));
      drain();
      return made;
    },
    complete(schema) {
      const definitions = reachable(schema);
      const own = sizeOf(schema) + '"$defs":{}'.length + 1;
      const total = (form: "schema" | "bare") =>
        definitions.reduce((sum, { size }) => sum + size[form], own);
      if (total("schema") <= largest) {
        return { schema: write(schema, definitions, "schema"), warnings: [] };
      }
      const less = "Its schema is large: the descriptions of its shared parts were left out.";
      if (total("bare") <= largest) {
        return { schema: write(schema, definitions, "bare"), warnings: [less] };
      }
      const root = own <= largest / 2 ? schema : withoutAnnotations(schema);
      let size = sizeOf(root) + '"$defs":{}'.length + 1;
      if (size > largest) {
        return { problem: `has a schema of more than ${largest} characters` };
      }
      const kept = new Map<string, Definition>();
      for (const one of definitions) {
        size += one.size.bare;
        if (size > largest) break;
        kept.set(one.name, one);
      }
      const names = new Set(kept.keys());
      const pruned = [...kept.values()].map((one) => ({ ...one, bare: cut(one.bare, names) }));
      const open = `Its schema is large: of ${definitions.length} shared parts the ${kept.size} nearest were kept, and any value is taken in the others' place.`;
      return { schema: write(cut(root, names), pruned, "bare"), warnings: [open] };
    },
  };
}
