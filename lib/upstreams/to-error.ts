import {
  ProtocolError,
  ProtocolErrorCode,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
  UnauthorizedError,
} from "@modelcontextprotocol/client";
import { EgressError } from "#lib/core/egress.ts";
import { AppError } from "#lib/core/errors.ts";
import { UpstreamError } from "./errors.ts";

const longestMessage = 1_000;

/** The error and what it came of, outermost first. */
function* causes(error: unknown): Generator<unknown> {
  for (let at = error; at !== undefined && at !== null; ) {
    yield at;
    at = at instanceof Error ? at.cause : undefined;
  }
}

function find<T>(error: unknown, is: (each: unknown) => each is T): T | undefined {
  for (const each of causes(error)) if (is(each)) return each;
  return undefined;
}

function said(message: string): string {
  return message.length > longestMessage ? `${message.slice(0, longestMessage)} …` : message;
}

const isEgress = (each: unknown): each is EgressError => each instanceof EgressError;
const isHttp = (each: unknown): each is SdkHttpError => SdkHttpError.isInstance(each);
const isSdk = (each: unknown): each is SdkError => SdkError.isInstance(each);
const isProtocol = (each: unknown): each is ProtocolError => ProtocolError.isInstance(each);
const isOurs = (each: unknown): each is UpstreamError => each instanceof UpstreamError;

/** What went wrong with an upstream, in words for its caller; what is none of its is given back. */
export function toUpstreamError(error: unknown, upstreamId: string, signal?: AbortSignal): unknown {
  const of = `The upstream "${upstreamId}"`;
  const options = { cause: error };
  if (error instanceof AppError) return error;
  const ours = find(error, isOurs);
  if (ours) return ours;
  if (signal?.aborted) {
    const { reason } = signal;
    if (isOurs(reason)) return reason;
    return new UpstreamError("cancelled", "The call was cancelled.", options);
  }
  const egress = find(error, isEgress);
  if (egress)
    return new UpstreamError("failed", `${of} could not be called: ${egress.message}.`, options);
  const http = find(error, isHttp);
  if (http?.status === 401 || UnauthorizedError.isInstance(error)) {
    return new UpstreamError(
      "unauthorized",
      `${of} does not take the credential that it is given.`,
      options,
    );
  }
  const protocol = find(error, isProtocol);
  if (protocol?.code === ProtocolErrorCode.MissingRequiredClientCapability) {
    return new UpstreamError(
      "needs_client",
      `${of} asks its client something, and this one cannot be asked: ${said(protocol.message)}`,
      options,
    );
  }
  if (protocol) {
    return new UpstreamError("rejected", `${of} answered: ${said(protocol.message)}`, {
      ...options,
      rpcCode: protocol.code,
    });
  }
  if (http) return new UpstreamError("failed", `${of} answered HTTP ${http.status}.`, options);
  const sdk = find(error, isSdk);
  if (sdk?.code === SdkErrorCode.RequestTimeout) {
    return new UpstreamError("timed_out", `${of} did not answer in time.`, options);
  }
  if (sdk) return new UpstreamError("failed", `${of} failed: ${said(sdk.message)}`, options);
  return error instanceof TypeError || error instanceof SyntaxError
    ? new UpstreamError("failed", `${of} sent what cannot be read.`, options)
    : error;
}

/**
 * True where the server says that it does not know the session, so that the request was not looked
 * at, or the connection had ended before it was sent (MCP, basic/transports, session management).
 */
export function wasNotTaken(error: unknown): boolean {
  const http = find(error, isHttp);
  if (http?.status === 404) return true;
  const code = find(error, isSdk)?.code;
  return code === SdkErrorCode.NotConnected || code === SdkErrorCode.SendFailed;
}
