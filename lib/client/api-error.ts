import { z } from "zod";
import type { FieldError } from "#lib/core/errors.ts";

/** What of a problem document (RFC 9457) the console reads; other members are left. */
const problem = z.object({
  detail: z.string(),
  code: z.string(),
  request_id: z.string(),
  errors: z.array(z.object({ pointer: z.string(), message: z.string() })).optional(),
});

/** A call to the API that failed; `message` is written for whoever reads it. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** The problem's code, or `unreachable` or `unexpected` when no problem document came. */
  readonly code: string;
  readonly errors: FieldError[];
  /** For support: what the server's log knows the request by. */
  readonly requestId: string | undefined;

  constructor(
    code: string,
    message: string,
    options: { errors?: FieldError[]; requestId?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.errors = options.errors ?? [];
    this.requestId = options.requestId;
  }
}

/** The error that an answer other than a success stands for; a proxy's own page has no document. */
export function toApiError(status: number, body: unknown): ApiError {
  const parsed = problem.safeParse(body);
  if (!parsed.success) {
    return new ApiError("unexpected", `The server answered ${status} and did not say why.`);
  }
  const { code, detail, errors, request_id } = parsed.data;
  return new ApiError(code, detail, { requestId: request_id, ...(errors ? { errors } : {}) });
}

/** Why something failed, in words for a toast or a panel. */
export function messageOf(error: unknown): string {
  if (!(error instanceof ApiError)) return "Something went wrong. Try again.";
  const { code, message, requestId } = error;
  return code === "internal" && requestId ? `${message} It is ${requestId}.` : message;
}

/** Why a form could not be saved: what is wrong at which field, and a sentence about the rest. */
export function toFailure(error: unknown): { detail: string; errors?: FieldError[] } {
  if (!(error instanceof ApiError) || error.errors.length === 0) {
    return { detail: messageOf(error) };
  }
  return { detail: "Some values do not fit; nothing was saved.", errors: error.errors };
}
