import { postgresError } from "#db/errors.ts";
import { AppError, errorKinds, type FieldError } from "./errors.ts";

/** RFC 9457 problem document. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  request_id: string;
  errors?: FieldError[];
  [member: string]: unknown;
}

/** SQLSTATE of text that PostgreSQL cannot hold, which no schema of ours lets through on purpose. */
const untranslatable = new Set(["22021", "22P05"]);

function asKnown(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (untranslatable.has(postgresError(error)?.code ?? "")) {
    return new AppError("invalid_request", "A text in the request contains the character U+0000.");
  }
  return new AppError("internal", "Something went wrong on our side. Quote the request id.");
}

/** Any thrown value → problem document; an unknown one says nothing of its cause. */
export function toProblem(error: unknown, requestId: string): Problem {
  const known = asKnown(error);
  const { status, title } = errorKinds[known.code];
  return {
    ...known.extra,
    type: `urn:tausestack:error:${known.code}`,
    title,
    status,
    detail: known.message,
    code: known.code,
    request_id: requestId,
    ...(known.errors ? { errors: known.errors } : {}),
  };
}
