import { AppError } from "#lib/core/errors.ts";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";

/**
 * What becomes of each member of an object on the way to the other dialect: `carried` by the code
 * beside the table; `ignored`, since it changes nothing of the answer; or refused unless it is one of
 * these values, which ask for what the other side does anyway. A member that is not named is refused;
 * null says nothing anywhere.
 */
export type Table = Readonly<Record<string, "carried" | "ignored" | readonly unknown[]>>;

/** A request has something that the model's provider has no word for. */
export function cannotCarry(pointer: string, why: string): AppError {
  const field = pointer.slice(1).replaceAll("/", ".");
  const message = `cannot be carried to this model's provider: ${why}`;
  return new AppError("invalid_request", `${field} ${message}`, {
    errors: [{ pointer, message }],
  });
}

function invalid(pointer: string, message: string): AppError {
  return new AppError("invalid_request", `${pointer.slice(1).replaceAll("/", ".")} ${message}`, {
    errors: [{ pointer, message }],
  });
}

/** Refuses the first member that the table does not let through. */
export function checkMembers(object: JsonObject, pointer: string, table: Table): void {
  for (const [name, value] of Object.entries(object)) {
    if (value === null || value === undefined) continue;
    const rule = Object.hasOwn(table, name) ? table[name] : undefined;
    const at = `${pointer}/${name}`;
    if (rule === undefined) throw cannotCarry(at, "its dialect has no such field. Leave it out");
    if (typeof rule === "string" || rule.includes(value)) continue;
    const allowed = rule.map((each) => JSON.stringify(each)).join(" or ");
    throw cannotCarry(at, allowed ? `only ${allowed} can be. Leave it out` : "leave it out");
  }
}

/** A member that must be an object. */
export function objectAt(value: unknown, pointer: string): JsonObject {
  if (!isJsonObject(value)) throw invalid(pointer, "must be an object");
  return value;
}

/** A member that must be a list; absent, it is an empty one. */
export function listAt(value: unknown, pointer: string): unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalid(pointer, "must be a list");
  return value;
}

/** A member that must be text. */
export function textAt(value: unknown, pointer: string): string {
  if (typeof value !== "string") throw invalid(pointer, "must be text");
  return value;
}

/** JSON in text, such as a tool's arguments. */
export function jsonAt(value: unknown, pointer: string): unknown {
  const text = textAt(value, pointer);
  try {
    return text.trim() === "" ? {} : JSON.parse(text);
  } catch {
    throw invalid(pointer, "must be JSON");
  }
}

/** An object with the members that are there. */
export function present(members: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== null),
  );
}
