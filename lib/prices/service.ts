import { and, eq, sql } from "drizzle-orm";
import { modelPrices } from "#db/schema/prices.ts";
import { type Tx, withPlatform } from "#db/transaction.ts";
import { auditPlatform } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import { announce, announceHere } from "#lib/core/bus.ts";
import type { PlatformCtx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { prefixedId } from "#lib/core/ids.ts";
import { decodeCursor, type Page, pageSize, toPage } from "#lib/core/page.ts";
import { parse } from "#lib/core/parse.ts";
import { pricesKey, pricesTopic } from "./lookup.ts";
import {
  type Price,
  type PriceQuery,
  type PutPricesInput,
  type PutPricesResult,
  priceQuery,
  putPricesInput,
} from "./schema.ts";

const mostPrices = 10_000;

type Row = typeof modelPrices.$inferSelect;

/** Commits `write` on the list; every process goes by it from its next call on. */
async function changePrices<T>(write: (tx: Tx) => Promise<T>): Promise<T> {
  const change = { topic: pricesTopic, key: pricesKey };
  const result = await withPlatform(async (tx) => {
    // One at a time, so that the count is exact.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('model_prices', 0))`);
    const written = await write(tx);
    await announce(tx, change);
    return written;
  });
  announceHere(change);
  return result;
}

type Listed = Row & { effectiveUntil: Date | null };

function toPrice(row: Listed): Price {
  const now = Date.now();
  const isOver = row.effectiveUntil !== null && row.effectiveUntil.getTime() <= now;
  return {
    price_id: row.priceId,
    provider: row.provider,
    model: row.model,
    input_micros: row.inputMicros,
    output_micros: row.outputMicros,
    cached_micros: row.cachedMicros,
    effective_from: row.effectiveFrom.toISOString(),
    effective_until: row.effectiveUntil?.toISOString() ?? null,
    status: row.effectiveFrom.getTime() > now ? "future" : isOver ? "past" : "current",
    set_by: { type: row.principalType, id: row.principalId },
  };
}

function afterCursor(cursor: string | undefined) {
  if (cursor === undefined) return undefined;
  const [provider = "", model = "", at = ""] = decodeCursor(cursor, 3);
  const milliseconds = Number(at) || 0;
  return sql`(${modelPrices.provider}, ${modelPrices.model}, ${modelPrices.effectiveFrom})
    > (${provider}, ${model}, ${new Date(milliseconds).toISOString()}::timestamptz)`;
}

/** The platform's prices, by provider, model and time; those of this moment unless `status` says all. */
export async function listPrices(ctx: PlatformCtx, raw: PriceQuery): Promise<Page<Price>> {
  authorize(ctx, "platform:read");
  const query = parse(priceQuery, raw);
  const size = pageSize(query);
  const next = sql<Date | null>`(select min(later.effective_from) from model_prices later
    where later.provider = ${modelPrices.provider} and later.model = ${modelPrices.model}
      and later.effective_from > ${modelPrices.effectiveFrom})`;
  const isCurrent = sql`${modelPrices.effectiveFrom} <= now() and coalesce(${next} > now(), true)`;
  const rows = await withPlatform((tx) =>
    tx
      .select({ row: modelPrices, until: sql<string | null>`to_json(${next}) #>> '{}'` })
      .from(modelPrices)
      .where(
        and(
          query.provider ? eq(modelPrices.provider, query.provider) : undefined,
          query.model ? eq(modelPrices.model, query.model) : undefined,
          query.status === "current" ? isCurrent : undefined,
          afterCursor(query.cursor),
        ),
      )
      .orderBy(modelPrices.provider, modelPrices.model, modelPrices.effectiveFrom)
      .limit(size + 1),
  );
  const listed = rows.map(({ row, until }): Listed => {
    return { ...row, effectiveUntil: until === null ? null : new Date(until) };
  });
  return toPage(
    listed,
    size,
    (row) => [row.provider, row.model, String(row.effectiveFrom.getTime())],
    toPrice,
  );
}

type Given = Omit<Row, "createdAt">;

/** Adds a price; false where the very same stands there already. Throws `conflict`. */
async function add(tx: Tx, ctx: PlatformCtx, given: Given, at: number): Promise<boolean> {
  const [made] = await tx.insert(modelPrices).values(given).onConflictDoNothing().returning();
  if (made) {
    await auditPlatform(tx, ctx, {
      action: "price.create",
      target: { type: "price", id: made.priceId },
      after: toPrice({ ...made, effectiveUntil: null }),
    });
    return true;
  }
  const { provider, model, effectiveFrom, inputMicros, outputMicros, cachedMicros } = given;
  const [there] = await tx
    .select()
    .from(modelPrices)
    .where(
      and(
        eq(modelPrices.provider, provider),
        eq(modelPrices.model, model),
        eq(modelPrices.effectiveFrom, effectiveFrom),
      ),
    );
  const isSame =
    there?.inputMicros === inputMicros &&
    there.outputMicros === outputMicros &&
    there.cachedMicros === cachedMicros;
  if (isSame) return false;
  throw new AppError(
    "conflict",
    `prices/${at}: ${provider} ${model} has another price from ${effectiveFrom.toISOString()} on, and calls may name it. Give the new one a later effective_from; nothing was changed.`,
  );
}

/**
 * Adds prices, all or none. A price is never changed: the next one takes over at its `effective_from`,
 * and calls that were made keep theirs. Throws `conflict` for another price of the same moment,
 * `invalid_request` and `limit_exceeded`.
 */
export async function putPrices(ctx: PlatformCtx, raw: PutPricesInput): Promise<PutPricesResult> {
  authorize(ctx, "platform:write");
  const { prices } = parse(putPricesInput, raw);
  const now = new Date();
  return changePrices(async (tx) => {
    let added = 0;
    for (const [at, given] of prices.entries()) {
      const isNew = await add(
        tx,
        ctx,
        {
          priceId: prefixedId("price"),
          ...{ provider: given.provider, model: given.model },
          effectiveFrom: given.effective_from ? new Date(given.effective_from) : now,
          ...{ inputMicros: given.input_micros, outputMicros: given.output_micros },
          cachedMicros: given.cached_micros ?? null,
          ...{ principalType: ctx.principal.type, principalId: ctx.principal.id },
        },
        at,
      );
      if (isNew) added += 1;
    }
    if ((await tx.$count(modelPrices)) > mostPrices) {
      throw new AppError("limit_exceeded", `The list has at most ${mostPrices} prices.`, {
        extra: { limit: "model_prices", value: mostPrices },
      });
    }
    return { added, unchanged: prices.length - added };
  });
}

/** Takes back a price whose time has not come. Throws `not_found`, and `conflict` for any other. */
export async function deletePrice(ctx: PlatformCtx, priceId: string): Promise<void> {
  authorize(ctx, "platform:write");
  if (!/^price_[0-9a-f]{32}$/.test(priceId)) throw notFound("price", priceId);
  await changePrices(async (tx) => {
    const [gone] = await tx.delete(modelPrices).where(eq(modelPrices.priceId, priceId)).returning();
    if (!gone) throw notFound("price", priceId);
    if (gone.effectiveFrom.getTime() <= Date.now()) {
      throw new AppError(
        "conflict",
        "The price holds or has held, and calls may name it. Set a new one, which takes over.",
      );
    }
    await auditPlatform(tx, ctx, {
      action: "price.delete",
      target: { type: "price", id: priceId },
      before: toPrice({ ...gone, effectiveUntil: null }),
    });
  });
}
