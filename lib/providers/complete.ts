import type { Ctx } from "#lib/core/ctx.ts";
import { notFound } from "#lib/core/errors.ts";
import { redact } from "#lib/secrets/redact.ts";
import { SecretUnavailable, secretValue } from "#lib/secrets/values.ts";
import { findSnapshot, type TenantSnapshot } from "#lib/tenants/snapshot.ts";
import { recordUsage } from "#lib/usage/ledger.ts";
import { adapters } from "./adapters/index.ts";
import type { ChatAnswer, ChatRequest } from "./chat.ts";
import { findModel, type ModelTarget } from "./find-model.ts";
import { type Exchange, guardedClient } from "./guarded-client.ts";
import { ProviderError, toProviderError } from "./provider-error.ts";
import { type Provider, readProviders } from "./schema.ts";

/** What a caller of a model says besides the request itself. */
export interface CompletionOptions {
  /** What the ledger calls the call by, such as the tool that makes it. */
  name: string;
  /** `<provider>/<model or alias>`, or a model or alias alone. */
  model: string;
  /** The whole call, retries included. */
  timeoutMs: number;
  retries: number;
  signal?: AbortSignal | undefined;
  /** Hears of every request and answer; the key is masked in both. */
  observe?: ((exchange: Exchange) => void) | undefined;
}

/** A model's answer, and who gave it. */
export interface Completion extends ChatAnswer {
  provider: string;
  model: string;
}

async function keyOf(tenantId: string, { name, key }: Provider): Promise<string> {
  if ("value" in key) return key.value;
  return secretValue(tenantId, key.secret, null).catch((error: unknown) => {
    if (!(error instanceof SecretUnavailable)) throw error;
    const text = `The provider ${name} has no key: ${error.message}`;
    throw new ProviderError("secret_unavailable", text);
  });
}

/** Rejects when the signal is aborted, so that no library's pause between attempts is waited for. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => reject(signal.reason);
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
}

async function ask(
  { egress }: TenantSnapshot,
  { provider, model }: ModelTarget,
  apiKey: string,
  request: Omit<ChatRequest, "model">,
  { timeoutMs, retries, signal, observe }: CompletionOptions,
): Promise<ChatAnswer> {
  const { name, type, baseUrl } = provider;
  const { complete, keyHeader } = adapters[type];
  const hide = <T>(value: T): T => redact(value, new Set([apiKey]));
  const told = observe && ((exchange: Exchange) => observe(hide(exchange)));
  const client = guardedClient(egress, keyHeader(apiKey), timeoutMs, told);
  const late = AbortSignal.timeout(timeoutMs);
  const ended = AbortSignal.any([late, client.refused, ...(signal ? [signal] : [])]);
  const access = { apiKey, baseUrl, fetch: client.fetch, timeoutMs, retries, signal: ended };
  try {
    const answer = complete(access, { ...request, model });
    return hide(await Promise.race([answer, aborted(ended)]));
  } catch (error) {
    if (signal?.aborted) throw new ProviderError("cancelled", "The call was cancelled.");
    if (client.refused.aborted) throw toProviderError(client.refused.reason, name);
    if (late.aborted) {
      const text = `The provider ${name} did not answer within ${timeoutMs} ms.`;
      throw new ProviderError("timed_out", text);
    }
    const known = toProviderError(error, name);
    if (!(known instanceof ProviderError)) throw known;
    // Some providers repeat the key that they refuse.
    throw new ProviderError(known.code, hide(known.message));
  }
}

/**
 * Asks a language model of one of the tenant's providers, with the tenant's key and as far as its
 * outbound calls may reach. Each call stands in the ledger (`ai_call`) with its tokens; its cost is
 * unknown here. Throws `ProviderError`, and `not_found` for a tenant that is gone.
 */
export async function completeChat(
  ctx: Ctx,
  request: Omit<ChatRequest, "model">,
  options: CompletionOptions,
): Promise<Completion> {
  const snapshot = await findSnapshot(ctx.tenantId);
  if (!snapshot) throw notFound("tenant", ctx.tenantId);
  const target = findModel(readProviders(snapshot.tenant.ai_providers), options.model);
  const apiKey = await keyOf(ctx.tenantId, target.provider);
  const startedAt = performance.now();
  const by = { provider: target.provider.name, model: target.model };
  const event = () => ({
    ...{ kind: "ai_call" as const, name: options.name, ...by },
    durationMs: performance.now() - startedAt,
  });
  try {
    const answer = await ask(snapshot, target, apiKey, request, options);
    const { tokensIn, tokensOut, tokensCached } = answer;
    await recordUsage(ctx, { ...event(), status: "ok", tokensIn, tokensOut, tokensCached });
    return { ...answer, ...by };
  } catch (error) {
    if (error instanceof ProviderError) {
      await recordUsage(ctx, { ...event(), status: "error", errorCode: error.code });
    }
    throw error;
  }
}
