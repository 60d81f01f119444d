import { platformStatement } from "#db/transaction.ts";
import { subjectNamesOf } from "#lib/auth/subjects.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { env } from "#lib/core/env.ts";
import { AppError } from "#lib/core/errors.ts";
import { prefixedId } from "#lib/core/ids.ts";
import { type Settlement, settlementLines, settlementParts } from "#lib/usage/settlements.ts";
import { type BudgetRule, budgetRulesOf, forgetBudgetRules } from "./rules.ts";
import type { Budget } from "./schema.ts";
import { readBudgets } from "./state.ts";
import { tellFull, tellThresholdsSoon } from "./thresholds.ts";
import { giveBackExpired, type ReservedWindow, takeWindows } from "./windows.ts";

/** What a call has reserved of its budgets, until it is settled or released. */
export interface Reservation {
  tenantId: string;
  reservationId: string;
  windows: readonly ReservedWindow[];
  /** The most that the call may come to. */
  micros: number;
}

async function budgetsFor(ctx: Ctx): Promise<readonly BudgetRule[]> {
  const found = budgetRulesOf(ctx.tenantId);
  const rules = found instanceof Promise ? await found : found;
  if (rules.every(({ scope }) => scope === "tenant")) return rules;
  const names = await subjectNamesOf(ctx);
  return rules.filter(
    ({ scope, targetId }) => scope === "tenant" || names.includes(`${scope}:${targetId}`),
  );
}

function unknownCost({ scope, targetId, budgetId }: BudgetRule): AppError {
  const whose = scope === "tenant" ? "the tenant" : `the ${scope} ${targetId}`;
  return new AppError(
    "cost_unknown",
    `The budget of ${whose} counts costs, and the model has no price. Give it a price in the provider's prices, or set the budget's unpriced to allow.`,
    { extra: { budget_id: budgetId } },
  );
}

function exceeded(budget: Budget, micros: number): AppError {
  const { scope, target_id, period, operator, limit_micros, left_micros, resets_at } = budget;
  const whose = scope === "tenant" ? "the tenant" : `the ${scope} ${target_id}`;
  const what = `${operator ? "The operator's budget" : "The budget"} of ${whose} for the ${period} (${limit_micros} micro-units)`;
  return new AppError(
    "budget_exceeded",
    `${what} has ${left_micros} left, and the call may cost up to ${micros}. It starts anew at ${resets_at}; ask for fewer tokens, or have it raised.`,
    {
      extra: {
        ...{ budget_id: budget.budget_id, limit_micros, left_micros, resets_at },
        worst_case_micros: micros,
      },
    },
  );
}

/** Which budget has no room, which is told of; null where all have it by now. */
async function refuser(
  tenantId: string,
  budgetIds: string[],
  micros: number,
): Promise<AppError | null> {
  const states = await readBudgets(tenantId, { ids: budgetIds });
  const full = states.find(({ left_micros }) => left_micros < micros);
  if (!full) return null;
  if (!full.thresholds_reached.includes(100)) await tellFull(tenantId, full.budget_id);
  return exceeded(full, micros);
}

/** Whether a budget concerns what a caller spends now, which most often costs no wait. */
export async function isCounted(ctx: Ctx): Promise<boolean> {
  return (await budgetsFor(ctx)).length > 0;
}

/** What the fullest budget that concerns a caller has left, in micro-units; null: there is none. */
export async function roomFor(ctx: Ctx): Promise<number | null> {
  const rules = await budgetsFor(ctx);
  if (rules.length === 0) return null;
  const states = await readBudgets(ctx.tenantId, { ids: rules.map(({ budgetId }) => budgetId) });
  return states.reduce<number | null>(
    (least, { left_micros }) => Math.min(least ?? left_micros, left_micros),
    null,
  );
}

const attempts = 5;

// Above every limit, and far below what a sum of many may come to.
const mostReserved = 1e16;
const mostOfOneCall = 1e12;

/**
 * Reserves the most that a call can cost (micro-units; null where that is unknown) in every budget
 * that concerns it: all or none, exact on all processes. `timeoutMs` is the call's own; some time
 * after it the reservation comes back by itself. Null: no budget counts the call, which most often
 * costs no wait. Settle it by `settlementOf` and `recordUsage`, or `release` it. Throws
 * `budget_exceeded` (402), and `cost_unknown` (409) where a budget refuses what has no price.
 */
export async function reserve(
  ctx: Ctx,
  worstCaseMicros: number | null,
  timeoutMs: number,
): Promise<Reservation | null> {
  const { tenantId } = ctx;
  const seconds = timeoutMs / 1000 + env().TAUSESTACK_BUDGET_GRACE_SECONDS;
  for (let attempt = 1; ; attempt++) {
    const rules = await budgetsFor(ctx);
    if (rules.length === 0) return null;
    if (worstCaseMicros === null) {
      const refusing = rules.find(({ unpriced }) => unpriced === "refuse");
      if (refusing) throw unknownCost(refusing);
      return null;
    }
    if (worstCaseMicros === 0) return null;
    const [micros, reservationId] = [Math.min(worstCaseMicros, mostReserved), prefixedId("resv")];
    const budgetIds = rules.map(({ budgetId }) => budgetId);
    const outcome = await takeWindows(tenantId, { reservationId, budgetIds, micros, seconds });
    if (outcome !== "full" && outcome !== "gone") {
      return { tenantId, reservationId, windows: outcome, micros };
    }
    if (outcome === "gone") forgetBudgetRules(tenantId);
    else if ((await giveBackExpired(tenantId)) === 0) {
      const refusal = await refuser(tenantId, budgetIds, micros);
      if (refusal) throw refusal;
    }
    if (attempt === attempts) {
      throw new AppError("unavailable", "The tenant's budgets are changing. Try again.", {
        retryAfterSeconds: 1,
      });
    }
  }
}

/**
 * What the call came to in the end, in micro-units, for the ledger to commit along with its event.
 * Null: nobody knows, and the call counts as the most that it can have cost.
 */
export function settlementOf(
  reservation: Reservation | null,
  micros: number | null,
): Settlement | null {
  if (!reservation) return null;
  const { tenantId, reservationId, windows } = reservation;
  return {
    ...{ tenantId, reservationId, windows },
    micros: Math.min(micros ?? reservation.micros, mostOfOneCall),
    onReached: () => tellThresholdsSoon(tenantId),
  };
}

const releaseText = `with ${settlementParts("$1")} select tenant_id from moved`;

/** Gives a reservation back whole, of a call that was none and that the ledger does not have. */
export async function release(reservation: Reservation | null): Promise<void> {
  const settlement = settlementOf(reservation, 0);
  if (!settlement) return;
  const lines = settlementLines([settlement]);
  await platformStatement(releaseText, [JSON.stringify(lines)]);
}
