import { release, reserve, settlementOf } from "#lib/budgets/reserve.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { redact } from "#lib/secrets/redact.ts";
import { SecretUnavailable, secretValue } from "#lib/secrets/values.ts";
import { findSnapshot, type TenantSnapshot } from "#lib/tenants/snapshot.ts";
import { recordUsage } from "#lib/usage/ledger.ts";
import { adapters } from "./adapters/index.ts";
import type { Adapter, ChatAnswer, ChatRequest, ProviderAccess } from "./chat.ts";
import { findModel } from "./find-model.ts";
import { type Exchange, guardedClient } from "./guarded-client.ts";
import { priceOf } from "./price-of.ts";
import { costOf, mostTokensOf, type TokenBounds, worstCaseOf } from "./prices.ts";
import { ProviderError, type ProviderErrorCode, toProviderError } from "./provider-error.ts";
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
  /** Hears of the answer's text as it arrives; absent: the provider is asked for it whole. */
  onText?: ((piece: string) => void) | undefined;
}

/** The key of a provider, out of its secret where it names one. Throws `secret_unavailable`. */
export async function keyOf(tenantId: string, { name, key }: Provider): Promise<string> {
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

/**
 * Does something with a provider by its library, under the guard, with the tenant's key and within
 * the time. Throws `ProviderError`.
 */
export async function withProvider<T>(
  { tenant, egress }: TenantSnapshot,
  provider: Provider,
  options: Pick<CompletionOptions, "timeoutMs" | "retries" | "signal" | "observe" | "onText">,
  work: (access: ProviderAccess) => Promise<T>,
): Promise<T> {
  const { timeoutMs, retries, signal, observe, onText } = options;
  const { name, type, baseUrl } = provider;
  const apiKey = await keyOf(tenant.tenant_id, provider);
  const hide = <V>(value: V): V => redact(value, new Set([apiKey]));
  const told = observe && ((exchange: Exchange) => observe(hide(exchange)));
  const client = guardedClient(egress, adapters[type].keyHeader(apiKey), timeoutMs, told);
  const late = AbortSignal.timeout(timeoutMs);
  const ended = AbortSignal.any([late, client.refused, ...(signal ? [signal] : [])]);
  const access: ProviderAccess = {
    ...{ apiKey, baseUrl, fetch: client.fetch, timeoutMs, retries, signal: ended },
    onText: onText && ((piece) => onText(hide(piece))),
  };
  try {
    return hide(await Promise.race([work(access), aborted(ended)]));
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

/** Nothing is charged for what a provider refused, or never heard of; null: that is unknown. */
export function costOfFailure(code: ProviderErrorCode): number | null {
  const isFree =
    /^(unknown_model|secret_unavailable|provider_(refused|busy)|egress_(blocked|invalid_\w+|unreachable))$/;
  return isFree.test(code) ? 0 : null;
}

/** What every answer of a model tells of its tokens. */
type Counted = Omit<ChatAnswer, "text" | "stop">;

/** Who gave an answer, and what it cost in micro-units; null where that is unknown. */
export type Answered<T> = T & { provider: string; model: string; costMicros: number | null };

/**
 * Asks a model of one of the tenant's providers, with the tenant's key and as far as its outbound
 * calls may reach. Each call stands in the ledger (`ai_call`) with its tokens, and with what they cost
 * where the model has a price; the most that it can cost is reserved of its budgets before. Throws
 * `ProviderError`, `budget_exceeded`, `cost_unknown`, and `not_found` for a tenant that is gone.
 */
export async function askModel<T extends Counted>(
  ctx: Ctx,
  { most, ...options }: CompletionOptions & { most: TokenBounds },
  work: (access: ProviderAccess, model: string, adapter: Adapter) => Promise<T>,
): Promise<Answered<T>> {
  const snapshot = await findSnapshot(ctx.tenantId);
  if (!snapshot) throw notFound("tenant", ctx.tenantId);
  const providers = readProviders(snapshot.tenant.ai_providers);
  const { provider, model } = findModel(providers, options.model);
  const startedAt = performance.now();
  const by = { provider: provider.name, model };
  const event = () => ({
    ...{ kind: "ai_call" as const, name: options.name, ...by },
    durationMs: performance.now() - startedAt,
  });
  const priced = await priceOf(provider, model);
  const worst = worstCaseOf(priced?.price, most);
  const reservation = await reserve(ctx, worst, options.timeoutMs).catch(async (error: unknown) => {
    if (error instanceof AppError && error.code !== "unavailable") {
      await recordUsage(ctx, { ...event(), status: "error", errorCode: error.code });
    }
    throw error;
  });
  try {
    const answer = await withProvider(snapshot, provider, options, (access) =>
      work(access, model, adapters[provider.type]),
    );
    const { tokensIn, tokensOut, tokensCached } = answer;
    const costMicros = costOf(priced?.price, answer);
    const tokens = { tokensIn, tokensOut, tokensCached };
    const paid = costMicros !== null && priced ? { priceId: priced.priceId } : {};
    const done = { ...event(), status: "ok" as const, ...tokens, costMicros, ...paid };
    await recordUsage(ctx, done, settlementOf(reservation, costMicros));
    return { ...answer, ...by, costMicros };
  } catch (error) {
    if (error instanceof ProviderError && error.code !== "secret_unavailable") {
      const { code } = error;
      const costMicros = costOfFailure(code);
      const failed = { ...event(), status: "error" as const, errorCode: code, costMicros };
      await recordUsage(ctx, failed, settlementOf(reservation, costMicros));
    } else if (error instanceof ProviderError) await release(reservation);
    throw error;
  }
}

export type Completion = Answered<ChatAnswer>;

/** Asks a language model; see `askModel`. */
export function completeChat(
  ctx: Ctx,
  request: Omit<ChatRequest, "model">,
  options: CompletionOptions,
): Promise<Completion> {
  const { system = "", messages, maxTokens } = request;
  const texts = [system, ...messages.map(({ text }) => text)];
  const most = { tokensIn: mostTokensOf(texts), tokensOut: maxTokens };
  return askModel(ctx, { ...options, most }, (access, model, { complete }) =>
    complete(access, { ...request, model }),
  );
}
