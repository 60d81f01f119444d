import { and, count, eq, inArray, isNull, sql } from "drizzle-orm";
import { offers, receivedOffers } from "#db/schema/offers.ts";
import type { Tx } from "#db/transaction.ts";
import { type AuditRecord, audit } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { auditorOf } from "#lib/offers/crossing.ts";
import { takesPart } from "#lib/offers/participation.ts";
import type { OfferRow, ReceivedRow } from "#lib/offers/row.ts";
import type { OfferTerms } from "#lib/offers/schema.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";

/** Offers that wait for a tenant's answer: of all others together, and of one. */
const mostPending = 100;
const mostPendingOfOne = 20;
/** Offers of one that arrive within a day: taking them back and making them anew is flooding too. */
const mostADayOfOne = 100;
/** Offers that have ended and are still shown. */
const mostEnded = 500;

/** One at a time writes what is counted of a tenant's side. */
export async function lockSide(tx: Tx, side: "offers" | "received", tenantId: string) {
  await tx.execute(
    sql`select pg_advisory_xact_lock(hashtextextended('offers ' || ${side} || ' ' || ${tenantId}, 0))`,
  );
}

/** The received row of an offer: of the tenant that it names, and from this one. */
export function otherSide(row: OfferRow) {
  return and(
    eq(receivedOffers.tenantId, row.consumerId),
    eq(receivedOffers.offerId, row.offerId),
    eq(receivedOffers.providerId, row.tenantId),
  );
}

/** The offer of a received row, which names the tenant that received it. */
export function offeringSide(row: ReceivedRow) {
  return and(
    eq(offers.tenantId, row.providerId),
    eq(offers.offerId, row.offerId),
    eq(offers.consumerId, row.tenantId),
  );
}

/** Writes into the receiving tenant's audit log what the caller's tenant did. */
export function tellReceiver(tx: Tx, ctx: Ctx, row: OfferRow, record: AuditRecord): Promise<void> {
  return audit(tx, auditorOf(ctx, row, row.consumerId), record);
}

async function takesOffers(tx: Tx, tenantId: string): Promise<boolean> {
  if (!(await takesPart(tenantId))) return false;
  const [tenant] = await tx.execute(
    sql`select from tenants where tenant_id = ${tenantId} for key share`,
  );
  if (!tenant) return false;
  const snapshot = await findSnapshot(tenantId);
  return snapshot?.tenant.mcp_config.federation_offers !== "closed";
}

async function hasRoom(tx: Tx, consumerId: string, providerId: string): Promise<boolean> {
  const own = eq(receivedOffers.tenantId, consumerId);
  await tx.delete(receivedOffers).where(
    and(
      own,
      inArray(
        receivedOffers.offerId,
        tx
          .select({ offerId: receivedOffers.offerId })
          .from(receivedOffers)
          .where(
            and(
              own,
              inArray(receivedOffers.state, ["declined", "revoked", "ended"]),
              isNull(receivedOffers.toolId),
              eq(receivedOffers.blocked, false),
            ),
          )
          .orderBy(sql`${receivedOffers.updatedAt} desc`)
          .offset(mostEnded),
      ),
    ),
  );
  const isPending = eq(receivedOffers.state, "offered");
  const fromOne = eq(receivedOffers.providerId, providerId);
  const [row] = await tx
    .select({
      pending: count(sql`case when ${isPending} then 1 end`),
      ofOne: count(sql`case when ${and(isPending, fromOne)} then 1 end`),
      lately: count(
        sql`case when ${fromOne} and ${receivedOffers.createdAt} > now() - interval '1 day' then 1 end`,
      ),
      blocks: count(sql`case when ${and(receivedOffers.blocked, fromOne)} then 1 end`),
    })
    .from(receivedOffers)
    .where(own);
  const { pending = 0, ofOne = 0, lately = 0, blocks = 0 } = row ?? {};
  if (blocks > 0 || lately >= mostADayOfOne) return false;
  return pending < mostPending && ofOne < mostPendingOfOne;
}

/** What a tenant can have accepted: each list of its clients reads all of it. */
const mostAccepted = 500;

/** Throws `limit_exceeded` where the tenant has accepted as many as it can. */
export async function refuseTooManyAccepted(tx: Tx, ctx: Ctx): Promise<void> {
  await lockSide(tx, "received", ctx.tenantId);
  const [found] = await tx
    .select({ used: count() })
    .from(receivedOffers)
    .where(and(eq(receivedOffers.tenantId, ctx.tenantId), eq(receivedOffers.state, "accepted")));
  if ((found?.used ?? 0) < mostAccepted) return;
  throw new AppError(
    "limit_exceeded",
    `A tenant has at most ${mostAccepted} accepted offers. End one before you accept another.`,
    { extra: { limit: "accepted_offers", value: mostAccepted } },
  );
}

/**
 * Puts an offer before the tenant that it names; answers whether it arrived, which is for notices
 * alone: whoever offers is never told. It does not where there is no such tenant, where that takes no
 * offers or blocks this one's, or where too many wait.
 */
export async function deliver(
  tx: Tx,
  ctx: Ctx,
  row: OfferRow,
  shown: { providerName: string; definition: JsonObject; terms: OfferTerms },
): Promise<boolean> {
  const { consumerId, offerId, kind } = row;
  if (!(await takesOffers(tx, consumerId))) return false;
  await lockSide(tx, "received", consumerId);
  if (!(await hasRoom(tx, consumerId, ctx.tenantId))) return false;
  await tx.insert(receivedOffers).values({
    ...{ tenantId: consumerId, offerId, providerId: ctx.tenantId, kind },
    ...shown,
  });
  await tellReceiver(tx, ctx, row, {
    action: "offer.receive",
    target: { type: "offer", id: offerId },
    after: { from: ctx.tenantId, kind, name: shown.definition.name, ...shown.terms },
  });
  return true;
}
