import { setTimeout as wait } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import { createBreakers, type Verdict } from "#lib/core/breaker.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { singleton } from "#lib/core/singleton.ts";
import type { ModelTarget } from "#lib/providers/find-model.ts";
import type { TenantSnapshot } from "#lib/tenants/snapshot.ts";
import { type Asked, type Asking, askProvider } from "./ask-provider.ts";
import { Failure } from "./failure.ts";
import { hold, type Refusal, Refused } from "./hold.ts";
import type { Plan } from "./plan.ts";
import { type Attempt, settleFailure, settleRefusal, settleUnasked } from "./settle.ts";

/** An answer of one of a plan's models. */
export interface Served {
  attempt: Attempt;
  asked: Asked;
  /** How many times a provider was asked, this one included. */
  attempts: number;
}

/** No model of a plan answered; what the last one that was asked said of it. */
export class NotServed extends Error {
  override readonly name = "NotServed";
  readonly failure: Failure;
  readonly target: ModelTarget;
  readonly attempts: number;

  constructor(failure: Failure, target: ModelTarget, attempts: number) {
    super(failure.message, { cause: failure });
    this.failure = failure;
    this.target = target;
    this.attempts = attempts;
  }
}

const breakers = createBreakers("gateway");

/** Until when a provider asked to be left alone (`performance.now()`), by breaker's key. */
const resting = singleton("gateway.resting", () => new LRUCache<string, number>({ max: 10_000 }));

/** A pause of at most this is waited for where there is no other provider. */
const longestPauseSeconds = 3;

function keyOf({ tenantId }: Ctx, { provider: { name, baseUrl, key } }: ModelTarget): string {
  return JSON.stringify([tenantId, name, baseUrl, "secret" in key ? key.secret : null]);
}

function judge(error: unknown): Verdict {
  if (!(error instanceof Failure) || !error.wasAsked) return "unknown";
  if (error.code === "provider_refused") return "answered";
  if (error.status === 429 || /^egress_(blocked|invalid_\w+)$/.test(error.code)) return "unknown";
  return "failed";
}

function isResting(key: string): boolean {
  return (resting.get(key) ?? 0) > performance.now();
}

/** What every attempt of a request has in common. */
export interface GatewayRequest {
  ctx: Ctx;
  snapshot: TenantSnapshot;
  /** What the ledger calls the attempts by; null for what no provider charges for. */
  name: string | null;
  plan: Plan;
  /** The request as a model's provider gets it; throws for one that it cannot be put to. */
  prepare(target: ModelTarget): Asking;
  signal: AbortSignal;
}

/** An attempt, and the request as it goes to the provider. */
interface Try {
  attempt: Attempt;
  asking: Asking;
  refused: Refusal | null;
}

async function ask(request: GatewayRequest, { attempt, asking, refused }: Try): Promise<Asked> {
  const { ctx, snapshot, signal } = request;
  const { target } = attempt;
  const key = keyOf(ctx, target);
  const refuse = (failures: number, retryAfterSeconds: number) =>
    new Failure(
      "breaker_open",
      `The provider ${target.provider.name} has failed ${failures} times in a row and is not asked for now.`,
      { status: 503, goesOn: true, wasAsked: false, retryAfterSeconds },
    );
  try {
    return await breakers.run(key, judge, refuse, async () => {
      const sent = attempt.name === null ? asking : await hold(attempt, asking, refused);
      signal.throwIfAborted();
      attempt.isAsked = true;
      return askProvider(snapshot, target.provider, sent, signal);
    });
  } catch (error) {
    if (error instanceof Failure && error.wasAsked && error.retryAfterSeconds !== undefined) {
      resting.set(key, performance.now() + error.retryAfterSeconds * 1000);
    }
    throw error;
  }
}

function left(): Failure {
  const circumstances = { status: 503, goesOn: false, wasAsked: true };
  return new Failure("cancelled", "The client has left.", circumstances);
}

function newAttempt(ctx: Ctx, name: string | null, target: ModelTarget): Attempt {
  const startedAt = performance.now();
  const unheld = { priced: null, reservation: null, most: null, isAsked: false };
  return { ctx, name, target, startedAt, ...unheld };
}

/** The models that a request can be put to; throws what is wrong with it where there is none. */
function prepared({
  plan,
  prepare,
  ctx,
}: GatewayRequest): { target: ModelTarget; asking: Asking }[] {
  const mistakes: unknown[] = [];
  const ready = plan.targets.flatMap((target) => {
    try {
      return [{ target, asking: prepare(target) }];
    } catch (error) {
      mistakes.push(error);
      return [];
    }
  });
  if (ready.length === 0) throw mistakes[0];
  const rested = ({ target }: { target: ModelTarget }) => !isResting(keyOf(ctx, target));
  return [...ready.filter(rested), ...ready.filter((each) => !rested(each))];
}

/**
 * Asks a plan's models one after the other until one answers, or has begun to; a model that asked
 * for a pause comes last. Where budgets count it, each attempt reserves its worst case before; one
 * that finds no room is passed over for a cheaper model alone. Attempts that failed are in the ledger
 * when it resolves or rejects. Throws `NotServed`, `budget_exceeded`, `cost_unknown`, what `prepare`
 * throws, and the signal's reason.
 */
export async function serve(request: GatewayRequest): Promise<Served> {
  const ready = prepared(request);
  const settled: Promise<void>[] = [];
  let attempts = 0;
  let last: NotServed | null = null;
  let refused: (Refusal & { attempt: Attempt }) | null = null;
  try {
    for (let round = 1; round <= 2; round++) {
      const pauses: number[] = [];
      for (const { target, asking } of ready) {
        const { ctx, name } = request;
        const attempt = newAttempt(ctx, name, target);
        try {
          const asked = await ask(request, { attempt, asking, refused });
          return { attempt, asked, attempts: attempts + 1 };
        } catch (error) {
          if (error instanceof Refused) {
            refused = { ...error.refusal, attempt };
            continue;
          }
          if (!(error instanceof Failure)) {
            const isCalled = attempt.isAsked && request.signal.aborted;
            settled.push(isCalled ? settleFailure(attempt, left()) : settleUnasked(attempt));
            throw error;
          }
          if (error.wasAsked) attempts += 1;
          settled.push(settleFailure(attempt, error));
          if (error.wasAsked || !last) last = new NotServed(error, target, attempts);
          if (!error.goesOn) throw last;
          if (error.wasAsked) pauses.push(error.retryAfterSeconds ?? Number.POSITIVE_INFINITY);
        }
      }
      const shortest = Math.min(...pauses, Number.POSITIVE_INFINITY);
      if (shortest > longestPauseSeconds) break;
      if (round === 1) {
        const { signal } = request;
        await wait(shortest * 1000, undefined, { signal }).catch(() => signal.throwIfAborted());
      }
    }
    if (last) throw last;
    if (!refused) throw new Error("no model was asked");
    settled.push(settleRefusal(refused.attempt, refused.error));
    throw refused.error;
  } finally {
    await Promise.all(settled);
  }
}
