import { and, desc, eq, lt } from "drizzle-orm";
import { offers, receivedOffers } from "#db/schema/offers.ts";
import { withTenant } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { notFound } from "#lib/core/errors.ts";
import { decodeCursor, type Page, pageSize, toPage } from "#lib/core/page.ts";
import { checkOfferId, toOffer, toReceived } from "#lib/offers/row.ts";
import type { Offer, OffersQuery, ReceivedOffer } from "#lib/offers/schema.ts";

function after(query: OffersQuery): string | undefined {
  return query.cursor ? decodeCursor(query.cursor, 1)[0] : undefined;
}

/** What the caller's tenant offers to others, the newest first. */
export async function listOffers(ctx: Ctx, query: OffersQuery): Promise<Page<Offer>> {
  authorize(ctx, "federation:write");
  const size = pageSize(query);
  const before = after(query);
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select()
      .from(offers)
      .where(
        and(
          eq(offers.tenantId, ctx.tenantId),
          before === undefined ? undefined : lt(offers.offerId, before),
          query.state ? eq(offers.state, query.state) : undefined,
          query.kind ? eq(offers.kind, query.kind) : undefined,
        ),
      )
      .orderBy(desc(offers.offerId))
      .limit(size + 1),
  );
  return toPage(rows, size, (row) => [row.offerId], toOffer);
}

/** One of them. Throws `not_found`. */
export async function getOffer(ctx: Ctx, id: string): Promise<Offer> {
  authorize(ctx, "federation:write");
  checkOfferId(id);
  const [row] = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select()
      .from(offers)
      .where(and(eq(offers.tenantId, ctx.tenantId), eq(offers.offerId, id))),
  );
  if (!row) throw notFound("offer", id);
  return toOffer(row);
}

/** What other tenants offer to the caller's, the newest first. */
export async function listReceivedOffers(
  ctx: Ctx,
  query: OffersQuery,
): Promise<Page<ReceivedOffer>> {
  authorize(ctx, "federation:write");
  const size = pageSize(query);
  const before = after(query);
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select()
      .from(receivedOffers)
      .where(
        and(
          eq(receivedOffers.tenantId, ctx.tenantId),
          before === undefined ? undefined : lt(receivedOffers.offerId, before),
          query.state ? eq(receivedOffers.state, query.state) : undefined,
          query.kind ? eq(receivedOffers.kind, query.kind) : undefined,
        ),
      )
      .orderBy(desc(receivedOffers.offerId))
      .limit(size + 1),
  );
  return toPage(rows, size, (row) => [row.offerId], toReceived);
}
