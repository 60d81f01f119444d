import { ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import { AppError, type ErrorCode } from "#lib/core/errors.ts";
import { toProblem } from "#lib/core/problem.ts";
import { logProblem } from "#lib/http/route.ts";

/** What the caller can put right in its params; a tool that is not there is one (MCP, server/tools). */
const inParams = new Set<ErrorCode>(["invalid_request", "not_found"]);

/** The JSON-RPC code of one of our own. */
export function rpcCodeOf(code: ErrorCode): ProtocolErrorCode {
  return inParams.has(code) ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError;
}

/**
 * Any thrown value as a JSON-RPC error with our code and request id in its data; an unknown one
 * says nothing of its cause, which is logged.
 */
export function toProtocolError(error: unknown, requestId: string): ProtocolError {
  if (error instanceof ProtocolError) return error;
  const problem = toProblem(error, requestId);
  logProblem(error, problem);
  const { detail, code, request_id, errors } = problem;
  const known = error instanceof AppError;
  return new ProtocolError(
    known ? rpcCodeOf(error.code) : ProtocolErrorCode.InternalError,
    detail,
    {
      code,
      request_id,
      ...(errors ? { errors } : {}),
      ...(known && error.retryAfterSeconds !== undefined
        ? { retry_after_seconds: error.retryAfterSeconds }
        : {}),
    },
  );
}

/** A JSON-RPC error that answers the HTTP request as a whole. */
export function rpcError(status: number, code: number, message: string, headers = {}): Response {
  return Response.json({ jsonrpc: "2.0", error: { code, message }, id: null }, { status, headers });
}
