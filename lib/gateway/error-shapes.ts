import { z } from "zod";
import type { Problem } from "#lib/core/problem.ts";
import type { ErrorShape } from "#lib/http/raw-route.ts";
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

/** The same for the API's description. */
export const errorSchemas = {
  openai: z
    .object({
      error: z.object({
        ...{ message: z.string(), type: z.string(), param: z.string().nullable() },
        code: z.string().nullable(),
      }),
    })
    .meta({ id: "OpenAiError", description: "An error as OpenAI's API has it." }),
  anthropic: z
    .object({
      type: z.literal("error"),
      error: z.object({ type: z.string(), message: z.string() }),
      request_id: z.string().nullish(),
    })
    .meta({ id: "AnthropicError", description: "An error as Anthropic's API has it." }),
} satisfies Record<ProviderType, z.ZodType>;

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

/** Where both dialects ask at one address: each gets its own shape. */
export const errorOfEither: ErrorShape = {
  schema: z.union([errorSchemas.openai, errorSchemas.anthropic]),
  shape: (problem, request) => shapeProblem(dialectOf(request), problem),
};
