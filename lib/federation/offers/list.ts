import { and, desc, eq, lt } from "drizzle-orm";
import { offers, receivedOffers } from "#db/schema/offers.ts";
import { withTenant } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { notFound } from "#lib/core/errors.ts";
import { decodeCursor, type Page, pageSize, toPage } from "#lib/core/page.ts";
import { checkOfferId, toOffer, toReceived } from "#lib/offers/row.ts";
import type { Offer, OffersQuery, ReceivedOffer } from "#lib/offers/schema.ts";

/** The rows of the caller's side that a query asks for, from its cursor on. */
function asked(table: typeof offers | typeof receivedOffers, ctx: Ctx, query: OffersQuery) {
  const [before] = query.cursor ? decodeCursor(query.cursor, 1) : [];
  return and(
    eq(table.tenantId, ctx.tenantId),
    before === undefined ? undefined : lt(table.offerId, before),
    query.state ? eq(table.state, query.state) : undefined,
    query.kind ? eq(table.kind, query.kind) : undefined,
  );
}

/** What the caller's tenant offers to others, the newest first. */
export async function listOffers(ctx: Ctx, query: OffersQuery): Promise<Page<Offer>> {
  authorize(ctx, "federation:write");
  const size = pageSize(query);
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select()
      .from(offers)
      .where(asked(offers, ctx, query))
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
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select()
      .from(receivedOffers)
      .where(asked(receivedOffers, ctx, query))
      .orderBy(desc(receivedOffers.offerId))
      .limit(size + 1),
  );
  return toPage(rows, size, (row) => [row.offerId], toReceived);
}
