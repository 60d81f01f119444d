import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, type ErrorCode } from "#lib/core/errors.ts";
import { recordTogether, type UsageEvent } from "#lib/usage/ledger.ts";
import { offerProvider } from "#lib/usage/schema.ts";
import { type Passage, pass } from "./crossing.ts";

/** A part of one happening in the ledger: whose, and what. */
export interface LedgerEntry {
  ctx: Ctx;
  event: UsageEvent;
}

/** What the use of an offer adds to the ledger beside the caller's own event. */
export interface Settlement {
  costMicros: number;
  provided: LedgerEntry;
}

/** What the offering tenant's ledger has of a use: what it brought in, and of whom. */
export function settlementOf(
  { ctx, offerId, objectId, priceMicros }: Passage,
  event: Pick<UsageEvent, "status" | "durationMs" | "errorCode">,
  isCharged: boolean,
): Settlement {
  const costMicros = isCharged ? priceMicros : 0;
  const provided = { kind: "provided", name: objectId, provider: offerProvider } as const;
  return {
    costMicros,
    provided: { ctx, event: { ...event, ...provided, costMicros, priceId: offerId } },
  };
}

/** The caller's event and the other side's, equal to the micro-unit; what failed here costs nothing. */
export function entriesOf(own: LedgerEntry, settlement: Settlement): LedgerEntry[] {
  const { provided } = settlement;
  const costMicros = own.event.status === "ok" ? settlement.costMicros : 0;
  const priced = { costMicros, provider: offerProvider, priceId: provided.event.priceId ?? "" };
  return [
    { ctx: own.ctx, event: { ...own.event, ...priced } },
    { ctx: provided.ctx, event: { ...provided.event, costMicros } },
  ];
}

const passedOn: readonly ErrorCode[] = ["invalid_request", "range_not_satisfiable"];

/**
 * What the caller may do something about, in words of ours: the errors' own name places, and with
 * them agents and ids of the offering tenant.
 */
const inOurWords: Partial<Record<ErrorCode, (providerName: string) => string>> = {
  not_found: (name) => `There is no such thing in what "${name}" offers.`,
  conflict: () => "What is there now does not allow this. Read it, and try anew.",
  limit_exceeded: (name) => `"${name}" has no room for this: a limit of that tenant is reached.`,
};

/** What an error of the offering tenant's may tell the caller: what concerns their own request. */
function withoutTheirs(error: unknown, providerName: string): unknown {
  if (!(error instanceof AppError)) return error;
  const { code, message, extra } = error;
  if (passedOn.includes(code)) return new AppError(code, message);
  const said = inOurWords[code]?.(providerName);
  if (said === undefined) {
    const why = `"${providerName}" could not serve this (${code}).`;
    return new AppError("upstream_failed", why, { cause: error });
  }
  // By the version a writer sees what to begin from.
  const { version } = extra;
  return new AppError(code, said, {
    cause: error,
    extra: version === undefined ? {} : { version },
  });
}

/**
 * Uses what was offered, once: lets it through, runs `use` as the offering tenant's, and writes both
 * ledgers together. A use that fails costs nothing and is not counted. Throws what `pass` throws, and
 * the errors of `use` without what is the other tenant's own.
 */
export async function throughOffer<T>(
  ctx: Ctx,
  offer: { offerId: string; kind: "prompt" | "resource" | "memory" },
  event: Pick<UsageEvent, "kind" | "name">,
  use: (passage: Passage) => Promise<T>,
): Promise<T> {
  const startedAt = performance.now();
  const passage = await pass(ctx, offer.offerId, offer.kind);
  const lasted = () => performance.now() - startedAt;
  const settle = (errorCode?: string) => {
    const status = errorCode === undefined ? ("ok" as const) : ("error" as const);
    const outcome = { status, durationMs: lasted(), ...(errorCode ? { errorCode } : {}) };
    const settlement = settlementOf(passage, outcome, errorCode === undefined);
    return recordTogether(entriesOf({ ctx, event: { ...event, ...outcome } }, settlement));
  };
  const value = await use(passage).catch(async (error: unknown) => {
    await passage.giveBack();
    await settle(error instanceof AppError ? error.code : "internal");
    throw withoutTheirs(error, passage.providerName);
  });
  await settle();
  return value;
}
