import { EgressError } from "#lib/core/egress.ts";
import { AppError } from "#lib/core/errors.ts";

/** SQLSTATE classes that say the statement is at fault, not the server (PostgreSQL, appendix A). */
const ofStatement = new Set(["0A", "21", "22", "23", "25", "2B", "42", "44", "P0"]);

interface ServerError {
  code: string;
  message: string;
  position?: string | undefined;
  hint?: string | undefined;
}

function isServerError(error: unknown): error is ServerError {
  return (
    error instanceof Error &&
    "code" in error &&
    /^[0-9A-Z]{5}$/.test(String(error.code)) &&
    "severity" in error
  );
}

function told({ message, position, hint, code }: ServerError): string {
  const at = position === undefined ? "" : ` (at character ${position})`;
  return `${message}${at} [${code}].${hint ? ` ${hint}` : ""}`;
}

/** The error of a statement that we put `before` in front of, as of the caller's own text. */
export function inOwnText(error: unknown, before: string): unknown {
  if (!isServerError(error) || error.position === undefined) return error;
  const position = Number(error.position) - before.length;
  error.position = String(position);
  if (position === 1) error.hint = "Here stands one SELECT or VALUES, and nothing else.";
  return error;
}

/**
 * The error without what it may quote of rows, for a caller who may not read any. One that has a
 * place in the statement was made of the statement's own text.
 */
export function withoutRows(error: unknown): unknown {
  if (!isServerError(error) || error.position !== undefined) return error;
  error.message = "the statement failed";
  error.hint = "What more it says could quote rows, which takes the permission read.";
  return error;
}

/** What a database said or did, as the caller can act on it; errors of our own as they are. */
export function toDatabaseError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof EgressError) {
    return new AppError("upstream_failed", `The database cannot be reached: ${error.message}.`, {
      cause: error,
    });
  }
  if (isServerError(error)) {
    const text = told(error);
    if (error.code === "57014") {
      return new AppError("upstream_failed", `The database ended the statement: ${text}`);
    }
    const isOurs = ofStatement.has(error.code.slice(0, 2));
    if (error.code === "42501") return new AppError("forbidden", `The database refused: ${text}`);
    return new AppError(
      isOurs ? "invalid_request" : "upstream_failed",
      `The database refused: ${text}`,
    );
  }
  const message = error instanceof Error ? error.message : String(error);
  const hint = /SSL/.test(message)
    ? " Write ?sslmode=disable at the end of its address if it has no TLS."
    : "";
  return new AppError("upstream_failed", `The database cannot be used: ${message}.${hint}`, {
    cause: error,
  });
}
