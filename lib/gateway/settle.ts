import type { Ctx } from "#lib/core/ctx.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { costOfFailure } from "#lib/providers/complete.ts";
import type { ModelTarget } from "#lib/providers/find-model.ts";
import { costOf } from "#lib/providers/prices.ts";
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
}

function eventOf(name: string, { target, startedAt }: Attempt) {
  return {
    ...{ kind: "ai_call" as const, name },
    ...{ provider: target.provider.name, model: target.model },
    durationMs: performance.now() - startedAt,
  };
}

/** Puts an attempt that gave no answer into the ledger, where the provider was asked at all. */
export async function settleFailure(attempt: Attempt, failure: Failure): Promise<void> {
  const { code, wasAsked } = failure;
  if (attempt.name === null || !wasAsked || code === "breaker_open") return;
  const costMicros = costOfFailure(code);
  const failed = { status: "error" as const, errorCode: code, costMicros };
  await recordUsage(attempt.ctx, { ...eventOf(attempt.name, attempt), ...failed });
}

/**
 * Puts an answer, or what came of one, into the ledger and resolves when that is committed. What the
 * provider did not tell is estimated, and marked so. Gives the cost in micro-units, null: unknown.
 */
export async function settleAnswer(
  attempt: Attempt,
  request: JsonObject,
  told: Told,
  errorCode: string | null,
): Promise<number | null> {
  if (attempt.name === null) return null;
  const isEstimated = told.tokensIn === null || told.tokensOut === null;
  const tokens = {
    tokensIn: told.tokensIn ?? tokensOfRequest(request),
    tokensOut: told.tokensOut ?? tokensOfText(told.characters),
    tokensCached: told.tokensCached,
  };
  const price = attempt.target.provider.prices.get(attempt.target.model);
  const costMicros = costOf(price, { ...tokens, isCounted: true });
  await recordUsage(attempt.ctx, {
    ...eventOf(attempt.name, attempt),
    ...(errorCode === null ? { status: "ok" } : { status: "error", errorCode }),
    ...{ ...tokens, costMicros, isEstimated },
  });
  return costMicros;
}
