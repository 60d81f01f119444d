import { isCounted, reserve, roomFor } from "#lib/budgets/reserve.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { type AppliedPrice, priceOf } from "#lib/providers/price-of.ts";
import { type TokenBounds, worstCaseOf } from "#lib/providers/prices.ts";
import type { Asking } from "./ask-provider.ts";
import { type Bound, boundOf, limitsOf } from "./bound.ts";
import type { Attempt } from "./settle.ts";
import { defaultMaxTokens } from "./translate/chat-request.ts";

/** How long an answer that has begun may go on where a budget has reserved for it. */
export const longestStreamMs = 30 * 60_000;

/** No provider takes a lower limit everywhere. */
const fewestTokens = 16;

/** A budget has no room for a model's worst case; another model's may be lower. */
export interface Refusal {
  error: AppError;
  /** Infinity: nobody knows. */
  worstMicros: number;
}

function mistake(name: string, message: string): AppError {
  return new AppError("invalid_request", `${name} ${message}`, {
    errors: [{ pointer: `/${name}`, message }],
  });
}

/** What is no number cannot be counted with, and no provider takes it either. */
function checkNumbers({ shape }: Asking, data: JsonObject): void {
  for (const name of [...limitsOf[shape], ...(shape === "chat/completions" ? ["n"] : [])]) {
    const value = data[name];
    if (value === undefined || value === null) continue;
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 1) {
      throw mistake(name, "must be a whole number of at least 1");
    }
  }
}

function mostOf({ tokensIn, answers, besides }: Bound, tokensOut: number): TokenBounds {
  return { tokensIn, tokensOut: tokensOut * answers + besides };
}

/** The longest answer that a budget's room allows, where the client has set no limit. */
async function affordable(ctx: Ctx, price: AppliedPrice | null, bound: Bound): Promise<number> {
  const room = price && price.price.output_micros > 0 ? await roomFor(ctx) : null;
  if (!price || room === null) return defaultMaxTokens;
  const without = worstCaseOf(price.price, mostOf(bound, 0)) ?? 0;
  const each = (price.price.output_micros / 1_000_000) * bound.answers;
  const tokens = Math.floor((room - without - 1) / each);
  return Math.min(Math.max(tokens, fewestTokens), defaultMaxTokens);
}

/** Of what is boundless, that is reserved which can be counted, where every budget lets it pass. */
async function take(ctx: Ctx, worst: number | null, asking: Asking, bound: Bound) {
  const lastsMs = asking.timeoutMs + (asking.isStream ? longestStreamMs : 0);
  try {
    if (bound.boundless) await reserve(ctx, null, lastsMs);
    return await reserve(ctx, worst, lastsMs);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "cost_unknown" || !bound.boundless) {
      throw error;
    }
    const detail = `A budget counts the costs of the call, and with ${bound.boundless} nobody can tell the most that it may cost. Leave it out, or set the budget's unpriced to allow.`;
    throw new AppError("cost_unknown", detail, { extra: error.extra });
  }
}

const roomChanges = 3;

/**
 * Prices an attempt and reserves its worst case where a budget counts it; gives the request as it is
 * to be sent, which is as it came where none does. What a budget counts is written anew, so that what
 * was counted is what is sent, with a limit of its own where the client has set none. Throws
 * `budget_exceeded`, `cost_unknown`, the refusal before this one where this model is no cheaper, and
 * `invalid_request`.
 */
export async function hold(
  attempt: Attempt,
  asking: Asking,
  refused: Refusal | null,
): Promise<Asking> {
  const { ctx, target } = attempt;
  attempt.priced = await priceOf(target.provider, target.model);
  if (!(await isCounted(ctx))) return asking;
  const data = asking.data();
  checkNumbers(asking, data);
  const [limit] = asking.limit === null ? [] : [asking.limit];
  const isOpen = limit !== undefined && !asking.hasOwnLimit;
  for (let change = 1; ; change++) {
    const counted = isOpen ? { ...data, [limit]: defaultMaxTokens } : data;
    const bound = boundOf(asking.shape, target.provider.type, counted, JSON.stringify(counted));
    const lowest = mostOf(bound, isOpen ? fewestTokens : (bound.tokensOut ?? 0));
    const price = attempt.priced;
    const lowestMicros = worstCaseOf(price?.price, lowest) ?? Number.POSITIVE_INFINITY;
    if (refused && lowestMicros >= refused.worstMicros) throw new Refused(refused);
    const tokensOut = isOpen ? await affordable(ctx, price, bound) : (bound.tokensOut ?? 0);
    const most = mostOf(bound, tokensOut);
    try {
      const worst = worstCaseOf(price?.price, most);
      attempt.reservation = await take(ctx, worst, asking, bound);
      // Where a budget lets pass what has no price, nothing is known to hold to.
      if (worst === null) return asking;
      attempt.most = most;
      const sent = isOpen ? { ...data, [limit]: tokensOut } : data;
      return { ...asking, body: JSON.stringify(sent) };
    } catch (error) {
      if (!(error instanceof AppError) || !isRefusal(error)) throw error;
      // Another call took the room between the look at it and this.
      const hasChanged = isOpen && tokensOut > fewestTokens && change < roomChanges;
      if (error.code !== "budget_exceeded" || !hasChanged) {
        const isUnknown = error.code === "cost_unknown";
        throw new Refused({
          error,
          worstMicros: isUnknown ? Number.POSITIVE_INFINITY : lowestMicros,
        });
      }
    }
  }
}

function isRefusal({ code }: AppError): boolean {
  return code === "budget_exceeded" || code === "cost_unknown";
}

/** Carries a refusal to whoever tries the next model. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.error.message, { cause: refusal.error });
    this.refusal = refusal;
  }
}
