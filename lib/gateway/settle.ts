import { type Reservation, release, settlementOf } from "#lib/budgets/reserve.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import type { AppError } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { costOfFailure } from "#lib/providers/complete.ts";
import type { ModelTarget } from "#lib/providers/find-model.ts";
import type { AppliedPrice } from "#lib/providers/price-of.ts";
import { costOf, type TokenBounds } from "#lib/providers/prices.ts";
import { recordUsage } from "#lib/usage/ledger.ts";
import { tokensOfRequest, tokensOfText } from "./estimate.ts";
import type { Failure } from "./failure.ts";
import type { Told } from "./usage-reader.ts";

/** A call of a model that is under way. */
export interface Attempt {
  ctx: Ctx;
  /** What the ledger calls it by: the door; null for what no provider charges for. */
  name: string | null;
  target: ModelTarget;
  /** Of `performance.now()`. */
  startedAt: number;
  priced: AppliedPrice | null;
  /** Of its budgets; null where none counts it. */
  reservation: Reservation | null;
  /** What was reserved for, in tokens. */
  most: TokenBounds | null;
  /** The request has gone to the provider. */
  isAsked: boolean;
}

function eventOf(name: string, { target, startedAt }: Attempt) {
  return {
    ...{ kind: "ai_call" as const, name },
    ...{ provider: target.provider.name, model: target.model },
    durationMs: performance.now() - startedAt,
  };
}

/** Gives back what an attempt has reserved for a provider that was never asked. */
export async function settleUnasked({ reservation }: Attempt): Promise<void> {
  await release(reservation);
}

/** Puts an attempt that no budget had room for into the ledger; no provider was asked. */
export async function settleRefusal(attempt: Attempt, { code }: AppError): Promise<void> {
  if (attempt.name === null) return;
  const refused = { status: "error" as const, errorCode: code };
  await recordUsage(attempt.ctx, { ...eventOf(attempt.name, attempt), ...refused });
}

/** Puts an attempt that gave no answer into the ledger, where the provider was asked at all. */
export async function settleFailure(attempt: Attempt, failure: Failure): Promise<void> {
  const { code, wasAsked } = failure;
  if (attempt.name === null || !wasAsked || code === "breaker_open") {
    await settleUnasked(attempt);
    return;
  }
  const costMicros = costOfFailure(code);
  const failed = { status: "error" as const, errorCode: code, costMicros };
  await recordUsage(
    attempt.ctx,
    { ...eventOf(attempt.name, attempt), ...failed },
    settlementOf(attempt.reservation, costMicros),
  );
}

/**
 * The tokens of an answer, or of what came of one. What the provider did not tell is estimated, and
 * is never more than was reserved for: it was asked for no more.
 */
export function tokensOf({ most }: Attempt, request: JsonObject, told: Told) {
  const { tokensIn = Number.POSITIVE_INFINITY, tokensOut = Number.POSITIVE_INFINITY } = most ?? {};
  return {
    tokensIn: told.tokensIn ?? Math.min(tokensOfRequest(request), tokensIn),
    tokensOut: told.tokensOut ?? Math.min(tokensOfText(told.characters), tokensOut),
    tokensCached: told.tokensCached,
  };
}

/**
 * Puts an answer, or what came of one, into the ledger, settles its budgets in the same commit, and
 * resolves when that is done. Estimated tokens are marked so. Gives the cost in micro-units, null:
 * unknown.
 */
export async function settleAnswer(
  attempt: Attempt,
  request: JsonObject,
  told: Told,
  errorCode: string | null,
): Promise<number | null> {
  if (attempt.name === null) return null;
  const isEstimated = told.tokensIn === null || told.tokensOut === null;
  const tokens = tokensOf(attempt, request, told);
  const { priced, reservation } = attempt;
  const costMicros = costOf(priced?.price, { ...tokens, isCounted: true });
  await recordUsage(
    attempt.ctx,
    {
      ...eventOf(attempt.name, attempt),
      ...(errorCode === null ? { status: "ok" } : { status: "error", errorCode }),
      ...{ ...tokens, costMicros, isEstimated },
      ...(priced ? { priceId: priced.priceId } : {}),
    },
    settlementOf(reservation, costMicros),
  );
  return costMicros;
}
