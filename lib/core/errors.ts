/** One JSON Pointer (RFC 6901) into the request and what is wrong there. */
export interface FieldError {
  pointer: string;
  message: string;
}

interface Kind {
  status: number;
  title: string;
}

/** Every error a caller can meet: stable code → HTTP status and title (RFC 9457). */
export const errorKinds = {
  invalid_request: { status: 400, title: "The request is not valid" },
  invalid_json: { status: 400, title: "The body is not JSON" },
  unauthenticated: { status: 401, title: "A credential is required" },
  invalid_credential: { status: 401, title: "The credential is not valid" },
  budget_exceeded: { status: 402, title: "A budget is used up" },
  forbidden: { status: 403, title: "Not allowed" },
  insufficient_scope: { status: 403, title: "The credential lacks a scope" },
  wrong_tenant: { status: 403, title: "The credential belongs to another tenant" },
  tenant_suspended: { status: 403, title: "The tenant is suspended" },
  origin_not_allowed: { status: 403, title: "The origin is not allowed" },
  peer_not_allowed: { status: 403, title: "The peer is not allowed" },
  federation_disabled: { status: 403, title: "The tenant takes no part in federation" },
  not_found: { status: 404, title: "Not found" },
  method_not_allowed: { status: 405, title: "Method not allowed" },
  conflict: { status: 409, title: "Conflict" },
  cost_unknown: { status: 409, title: "The cost of the call is unknown" },
  limit_exceeded: { status: 409, title: "A limit of the tenant is reached" },
  payload_too_large: { status: 413, title: "The body is too large" },
  unsupported_media_type: { status: 415, title: "Unsupported media type" },
  range_not_satisfiable: { status: 416, title: "The range cannot be served" },
  rate_limited: { status: 429, title: "Too many requests" },
  internal: { status: 500, title: "Internal error" },
  upstream_failed: { status: 502, title: "The other side failed" },
  unavailable: { status: 503, title: "Temporarily unavailable" },
} as const satisfies Record<string, Kind>;

export type ErrorCode = keyof typeof errorKinds;

export interface AppErrorOptions {
  cause?: unknown;
  errors?: FieldError[];
  /** Seconds until a retry can succeed; sent as `Retry-After`. */
  retryAfterSeconds?: number;
  /** More members of the problem document, such as `limit` and `value`. */
  extra?: Record<string, string | number | boolean>;
}

/** The only error that verbs throw on purpose; `detail` is written for the caller to act on. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly errors: FieldError[] | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly extra: Record<string, string | number | boolean>;

  constructor(code: ErrorCode, detail: string, options: AppErrorOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.extra = options.extra ?? {};
  }

  get status(): number {
    return errorKinds[this.code].status;
  }
}

/** The same words for a row that is missing and one that belongs to another tenant. */
export function notFound(kind: string, id: string): AppError {
  return new AppError("not_found", `There is no ${kind} "${id}".`);
}
