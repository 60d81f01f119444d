import { AppError } from "#lib/core/errors.ts";

/**
 * `unauthorized`: a person must connect, or a credential is refused. `unavailable`: it is not tried
 * now. `rejected`: the server answered with an error. `failed`: there was no answer.
 */
export type UpstreamErrorCode =
  | "unauthorized"
  | "unavailable"
  | "rejected"
  | "failed"
  | "timed_out"
  | "cancelled"
  | "needs_client";

/** What a call of an upstream came to when it did not end well; `message` says what to change. */
export class UpstreamError extends Error {
  override readonly name = "UpstreamError";
  readonly code: UpstreamErrorCode;
  readonly retryAfterSeconds: number | undefined;
  /** Of JSON-RPC, where the server answered. */
  readonly rpcCode: number | undefined;

  constructor(
    code: UpstreamErrorCode,
    message: string,
    options: ErrorOptions & { retryAfterSeconds?: number; rpcCode?: number } = {},
  ) {
    super(message, options);
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.rpcCode = options.rpcCode;
  }
}

/** The same for a caller of a verb; errors that are not an upstream's stay as they are. */
export function toAppError(error: unknown): unknown {
  if (!(error instanceof UpstreamError)) return error;
  const { retryAfterSeconds } = error;
  return new AppError(
    error.code === "unavailable" ? "unavailable" : "upstream_failed",
    error.message,
    { cause: error, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) },
  );
}
