import type { z } from "zod";
import { AppError, type FieldError } from "./errors.ts";
import { plainMessage } from "./plain-message.ts";

function pointer(path: PropertyKey[]): string {
  return path
    .map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("");
}

/** Input → the schema's output; throws `invalid_request` with one entry per mistake. */
export function parse<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const result = schema.safeParse(input, { error: plainMessage });
  if (result.success) return result.data;
  const errors: FieldError[] = result.error.issues
    .slice(0, 20)
    .map((issue) => ({ pointer: pointer(issue.path), message: issue.message }));
  const detail = errors
    .map((e) => (e.pointer ? `${e.pointer}: ${e.message}` : e.message))
    .join("; ");
  throw new AppError("invalid_request", detail, { errors });
}
