import type { Problem } from "#lib/core/problem.ts";
import type { ProviderType } from "#lib/providers/schema.ts";

/** An error before it has the shape of a dialect. */
export interface GatewayError {
  status: number;
  code: string;
  message: string;
  param: string | null;
  requestId: string;
}

const openaiTypes: Record<number, string> = {
  401: "authentication_error",
  402: "insufficient_quota",
  403: "permission_error",
  429: "rate_limit_error",
};

const anthropicTypes: Record<number, string> = {
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  409: "conflict_error",
  413: "request_too_large",
  429: "rate_limit_error",
  503: "overloaded_error",
  504: "timeout_error",
  529: "overloaded_error",
};

function byStatus(types: Record<number, string>, status: number, failed: string): string {
  return types[status] ?? (status >= 500 ? failed : "invalid_request_error");
}

/** An error's body as each dialect writes it. */
export const errorShapes = {
  openai: ({ status, code, message, param }: GatewayError) => ({
    error: { message, type: byStatus(openaiTypes, status, "server_error"), param, code },
  }),
  anthropic: ({ status, message, requestId }: GatewayError) => ({
    type: "error",
    error: { type: byStatus(anthropicTypes, status, "api_error"), message },
    request_id: requestId,
  }),
} satisfies Record<ProviderType, (error: GatewayError) => unknown>;

/** A problem of ours in the shape of a door's dialect. */
export function shapeProblem(dialect: ProviderType, problem: Problem): unknown {
  return errorShapes[dialect]({
    ...{ status: problem.status, code: problem.code, message: problem.detail },
    param: problem.errors?.[0]?.pointer.slice(1) ?? null,
    requestId: problem.request_id,
  });
}

/** The dialect of whoever asks at an address that both share: Anthropic's clients tell a version. */
export function dialectOf(request: Request): ProviderType {
  return request.headers.has("anthropic-version") ? "anthropic" : "openai";
}
