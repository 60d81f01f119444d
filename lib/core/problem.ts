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

/** Any thrown value → problem document; an unknown one says nothing of its cause. */
export function toProblem(error: unknown, requestId: string): Problem {
  const known =
    error instanceof AppError
      ? error
      : new AppError("internal", "Something went wrong on our side. Quote the request id.");
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
