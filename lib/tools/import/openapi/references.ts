import { isJsonObject, type JsonObject } from "#lib/core/json.ts";

/** Why a reference leads nowhere; the message is shown with the operation. */
export class ReferenceProblem extends Error {
  override readonly name = "ReferenceProblem";
}

const mostHops = 20;

/** The decoded segments of a `$ref` into its own document (RFC 6901 in a URI fragment). */
function segmentsOf(reference: string): string[] {
  if (!reference.startsWith("#")) {
    throw new ReferenceProblem(
      `refers to another document (${reference.slice(0, 200)}), which is not fetched; give a bundled description`,
    );
  }
  const pointer = reference.slice(1);
  if (!pointer.startsWith("/")) {
    throw new ReferenceProblem(
      `has a reference that is no JSON pointer: ${reference.slice(0, 200)}`,
    );
  }
  try {
    return pointer
      .slice(1)
      .split("/")
      .map((part) => decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~"));
  } catch {
    throw new ReferenceProblem(`has a reference that cannot be read: ${reference.slice(0, 200)}`);
  }
}

/** What a reference within the document points at. Throws `ReferenceProblem`. */
export function lookUp(root: JsonObject, reference: string): unknown {
  let at: unknown = root;
  for (const segment of segmentsOf(reference)) {
    const holds = typeof at === "object" && at !== null && Object.hasOwn(at, segment);
    if (!holds) {
      throw new ReferenceProblem(`refers to ${reference.slice(0, 200)}, which is not there`);
    }
    at = (at as JsonObject)[segment];
  }
  return at;
}

/** The object that a value is, or that its chain of `$ref` leads to. Throws `ReferenceProblem`. */
export function follow(root: JsonObject, value: unknown): JsonObject {
  let at = value;
  for (let hops = 0; hops <= mostHops; hops++) {
    if (!isJsonObject(at)) throw new ReferenceProblem("has something other than an object");
    if (typeof at.$ref !== "string") return at;
    at = lookUp(root, at.$ref);
  }
  throw new ReferenceProblem("has references that lead in a circle");
}
