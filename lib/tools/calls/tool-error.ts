import type { FieldError } from "#lib/core/errors.ts";
import type { CallToolResult } from "../schema.ts";

export type ToolErrorCode =
  | "invalid_arguments"
  | "not_runnable"
  | "unknown_handler"
  | "handler_failed"
  | "cancelled"
  | "declined"
  | "timed_out"
  | "needs_client"
  | "invalid_output"
  | "secret_unavailable"
  | "sandbox_time"
  | "sandbox_memory"
  | "sandbox_stack"
  | "sandbox_output"
  | "code_failed"
  | "busy"
  | "too_deep"
  | "template_failed"
  | "unknown_model"
  | "provider_refused"
  | "provider_busy"
  | "provider_failed"
  | "provider_invalid_answer"
  | "answer_cut_off"
  | "budget_exceeded"
  | "cost_unknown"
  | "tool_disabled"
  | "stopped"
  | "approval_required"
  | "approval_denied"
  | "upstream_tool_gone"
  | "upstream_unauthorized"
  | "upstream_unavailable"
  | "upstream_rejected"
  | "upstream_failed"
  | "offer_unavailable"
  | "offer_used_up"
  | "offer_changed"
  | "offered_tool_failed"
  | "endpoint_failed"
  | "endpoint_invalid_json"
  | "endpoint_unauthorized"
  | "response_mapping_failed"
  | `egress_${string}`;

/** A call that failed as MCP means it: the caller reads `message` and may change its arguments. */
export class ToolError extends Error {
  override readonly name = "ToolError";
  readonly code: ToolErrorCode;
  readonly errors: FieldError[];
  /** More members of the result's `error`, such as an approval's id. */
  readonly extra: Readonly<Record<string, string | number | boolean>>;

  constructor(
    code: ToolErrorCode,
    message: string,
    options: ErrorOptions & { errors?: FieldError[]; extra?: ToolError["extra"] } = {},
  ) {
    super(message, options);
    this.code = code;
    this.errors = options.errors ?? [];
    this.extra = options.extra ?? {};
  }
}

/** Arguments that do not fit; the text has one line per field. */
export function invalidArguments(tool: string, errors: FieldError[]): ToolError {
  const lines = errors.map(({ pointer, message }) => `- ${pointer || "arguments"}: ${message}`);
  const text = `The arguments of ${tool} do not fit. Change these and call it again:`;
  return new ToolError("invalid_arguments", [text, ...lines].join("\n"), { errors });
}

/** The error as the result of the call (MCP, server/tools, error handling). */
export function toErrorResult({ code, message, errors, extra }: ToolError): CallToolResult {
  const error = { code, message, ...extra, ...(errors.length > 0 ? { errors } : {}) };
  return {
    content: [{ type: "text", text: message }],
    structuredContent: { error },
    isError: true,
  };
}
