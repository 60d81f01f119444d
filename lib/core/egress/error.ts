import { errors } from "undici";

/** Why an outbound call failed; stable, for callers to branch on. */
export type EgressErrorCode =
  | "egress_blocked"
  | "egress_invalid_url"
  | "egress_invalid_request"
  | "egress_timeout"
  | "egress_too_large"
  | "egress_too_many_redirects"
  | "egress_unreachable"
  | "egress_aborted";

/**
 * An outbound call that was refused or failed. `message` is one line for whoever configured the
 * call and holds no address that DNS gave; `cause` may hold one and belongs in the log only.
 */
export class EgressError extends Error {
  override readonly name = "EgressError";
  readonly code: EgressErrorCode;

  constructor(code: EgressErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

interface Reading {
  code: EgressErrorCode;
  says: string;
}

const UNREACHABLE = "egress_unreachable";
const BROKEN_OFF: Reading = {
  code: UNREACHABLE,
  says: "closed the connection before its answer was complete",
};
const CONNECT_TIMEOUT: Reading = {
  code: "egress_timeout",
  says: "did not accept a connection in time",
};
const NO_NAME: Reading = { code: UNREACHABLE, says: "is not a name that can be resolved" };
const NO_ROUTE: Reading = { code: UNREACHABLE, says: "cannot be reached from here" };

/** Codes of Node's sockets and resolver, and of undici. */
const readings: Record<string, Reading> = {
  ECONNREFUSED: { code: UNREACHABLE, says: "refused the connection" },
  ECONNRESET: BROKEN_OFF,
  EPIPE: BROKEN_OFF,
  UND_ERR_SOCKET: BROKEN_OFF,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: BROKEN_OFF,
  ENOTFOUND: NO_NAME,
  EAI_AGAIN: NO_NAME,
  EHOSTUNREACH: NO_ROUTE,
  ENETUNREACH: NO_ROUTE,
  EADDRNOTAVAIL: NO_ROUTE,
  ETIMEDOUT: CONNECT_TIMEOUT,
  UND_ERR_CONNECT_TIMEOUT: CONNECT_TIMEOUT,
  UND_ERR_HEADERS_TIMEOUT: { code: "egress_timeout", says: "did not begin its answer in time" },
  UND_ERR_BODY_TIMEOUT: { code: "egress_timeout", says: "stopped in the middle of its answer" },
  UND_ERR_HEADERS_OVERFLOW: { code: "egress_too_large", says: "sent headers that are too large" },
};

/** Reads an error of Node or undici met while calling `host` (host:port) as an `EgressError`. */
export function toEgressError(error: unknown, host: string): EgressError {
  if (error instanceof EgressError) return error;
  const code = codeOf(error);
  const known = readings[code];
  if (known) return new EgressError(known.code, `${host} ${known.says}`, { cause: error });
  if (code === "UND_ERR_INVALID_ARG" || code === "UND_ERR_NOT_SUPPORTED") {
    const why = error instanceof Error ? error.message : code;
    return new EgressError("egress_invalid_request", `the request cannot be sent: ${why}`, {
      cause: error,
    });
  }
  if (error instanceof errors.HTTPParserError) {
    return new EgressError(UNREACHABLE, `${host} did not answer in valid HTTP`, { cause: error });
  }
  if (/^Z_|^ERR__|^ERR_BROTLI/.test(code)) {
    const message = `${host} sent an answer that does not match its content-encoding`;
    return new EgressError(UNREACHABLE, message, { cause: error });
  }
  if (/^ERR_TLS|^ERR_SSL|CERT|SIGNATURE|^CRL_|^HOSTNAME_/.test(code)) {
    return new EgressError(UNREACHABLE, `${host} has no TLS that can be trusted (${code})`, {
      cause: error,
    });
  }
  return new EgressError(UNREACHABLE, `the call to ${host} failed`, { cause: error });
}

function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}
