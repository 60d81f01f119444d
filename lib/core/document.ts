import { AppError } from "./errors.ts";
import { isJsonObject, type JsonObject, parseJson } from "./json.ts";
import { readYaml, unshared } from "./yaml.ts";

/** What a document may be at most. YAML's aliases can make a small text a huge one. */
export interface DocumentLimits {
  depth: number;
  /** Values, each counted in every place that aliases put it. */
  values: number;
  /** Of all its texts, counted so. */
  characters?: number;
}

function refuse(detail: string, cause?: unknown): AppError {
  return new AppError("invalid_request", detail, cause === undefined ? {} : { cause });
}

function fromJson(text: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw refuse(`The document cannot be read: ${reason.replace("body", "document")}`, cause);
  }
}

function fromYaml(text: string, depth: number): { value: unknown; shared: boolean } {
  try {
    return readYaml(text, depth);
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause);
    throw refuse(`The document is neither JSON nor YAML: ${reason.slice(0, 300)}`, cause);
  }
}

/** Throws `invalid_request` for a value past the limits, or with a number that JSON cannot say. */
export function checkDocument(root: unknown, limits: DocumentLimits): void {
  const {
    depth: deepest,
    values: mostValues,
    characters: most = Number.POSITIVE_INFINITY,
  } = limits;
  let values = 0;
  let characters = 0;
  const open: [unknown, number][] = [[root, 0]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [value, depth] = next;
    values += 1;
    if (depth > deepest) throw refuse(`The document nests deeper than ${deepest} levels.`);
    if (values > mostValues) throw refuse(`The document has more than ${mostValues} values.`);
    if (typeof value === "string") characters += value.length;
    if (characters > most) throw refuse(`The document has more than ${most} characters of text.`);
    if (typeof value === "number" && !Number.isFinite(value)) {
      throw refuse("The document has a number that JSON cannot say, such as .inf or .nan.");
    }
    if (typeof value !== "object" || value === null) continue;
    for (const [key, inner] of Object.entries(value)) {
      characters += key.length;
      open.push([inner, depth + 1]);
    }
  }
}

/**
 * Reads a JSON object from JSON or YAML (1.2, core schema). Slow for large YAML: see `runInThread`.
 * Throws `invalid_request` for what is neither, and for what is past the limits.
 */
export function readDocument(text: string, limits: DocumentLimits, what: string): JsonObject {
  const trimmed = text.replace(/^\uFEFF/, "").trim();
  if (trimmed === "") throw refuse("The document is empty.");
  const { value, shared } = isJsonText(trimmed)
    ? { value: fromJson(trimmed), shared: false }
    : fromYaml(trimmed, limits.depth);
  if (!isJsonObject(value)) throw refuse(`The document is no ${what}: it is no object.`);
  checkDocument(value, limits);
  // As JSON each place has an object of its own.
  return shared ? (unshared(value) as JsonObject) : value;
}

/** Whether the text is read as JSON, which is fast, and not as YAML. */
export function isJsonText(text: string): boolean {
  return /^\uFEFF?\s*\{/.test(text);
}
