import { APIError as AnthropicApiError } from "@anthropic-ai/sdk";
import { APIError as OpenAiApiError } from "openai";
import { EgressError } from "#lib/core/egress.ts";
import { MalformedAnswer } from "./chat.ts";

export type ProviderErrorCode =
  | "unknown_model"
  | "secret_unavailable"
  | "provider_refused"
  | "provider_busy"
  | "provider_failed"
  | "provider_invalid_answer"
  | "timed_out"
  | "cancelled"
  | EgressError["code"];

/** A language model could not be asked; `message` says what to change. */
export class ProviderError extends Error {
  override readonly name = "ProviderError";
  readonly code: ProviderErrorCode;

  constructor(code: ProviderErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const longestDetail = 500;

/** What the provider itself says, in a line. */
function detailOf(error: { message: string }): string {
  const line = error.message.replace(/\s+/g, " ").trim();
  return line.length > longestDetail ? `${line.slice(0, longestDetail)}…` : line;
}

function ofStatus(name: string, status: number, detail: string): [ProviderErrorCode, string] {
  const says = `The provider ${name} answered: ${detail}`;
  if (status === 401 || status === 403) {
    return ["provider_refused", `${says} Check its key and what the key may use.`];
  }
  if (status === 404) return ["provider_refused", `${says} Check the model and base_url.`];
  if (status === 429 || status === 529) return ["provider_busy", `${says} Call again later.`];
  return [status >= 500 ? "provider_failed" : "provider_refused", says];
}

function egressErrorIn(error: unknown): EgressError | null {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if (at instanceof EgressError) return at;
  }
  return null;
}

/** Whatever a provider's library threw, in our words; errors of ours go through. */
export function toProviderError(error: unknown, name: string): unknown {
  if (error instanceof ProviderError) return error;
  const options = { cause: error };
  const egress = egressErrorIn(error);
  if (egress) {
    const text = `The provider ${name} could not be called: ${egress.message}.`;
    return new ProviderError(egress.code, text, options);
  }
  if (error instanceof MalformedAnswer || error instanceof SyntaxError) {
    const text = `The provider ${name} answered something else than its API says. Check its type and base_url.`;
    return new ProviderError("provider_invalid_answer", text, options);
  }
  if (!(error instanceof OpenAiApiError || error instanceof AnthropicApiError)) return error;
  if (error.status === undefined) {
    const text = `The provider ${name} could not be reached: ${detailOf(error)}`;
    return new ProviderError("provider_failed", text, options);
  }
  const [code, text] = ofStatus(name, error.status, detailOf(error));
  return new ProviderError(code, text, options);
}
