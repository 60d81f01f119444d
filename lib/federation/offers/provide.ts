import { and, count, eq, inArray, sql } from "drizzle-orm";
import type { z } from "zod";
import { offers, receivedOffers } from "#db/schema/offers.ts";
import type { Tx } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { prefixedId } from "#lib/core/ids.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { parse } from "#lib/core/parse.ts";
import { requireNoAgent } from "#lib/memory/access.ts";
import { acrossTenants } from "#lib/offers/crossing.ts";
import { checkOfferId, type OfferRow, offersTopic, termsOf, toOffer } from "#lib/offers/row.ts";
import {
  type ChangeOfferInput,
  type CreateOfferInput,
  changeOfferInput,
  createOfferInput,
  type Offer,
  type OfferTerms,
} from "#lib/offers/schema.ts";
import { areWorse, digestOfTerms } from "#lib/offers/terms.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";
import { definitionOf, type Offered, permissionToOffer } from "./definition.ts";
import { deliver, lockSide, otherSide, tellReceiver } from "./delivery.ts";

const mostOffers = 500;
/** Offers that have ended and are still shown. */
const mostEnded = 500;

const ended = ["declined", "revoked", "ended"] as const;

function refusePast(terms: OfferTerms): void {
  if (terms.expires_at === null || Date.parse(terms.expires_at) > Date.now()) return;
  throw new AppError("invalid_request", "expires_at: must be in the future.", {
    errors: [{ pointer: "/expires_at", message: "must be in the future" }],
  });
}

/** The name of the caller's tenant; throws `forbidden` where it takes no part in federation. */
export async function nameOfFederated(ctx: Ctx): Promise<string> {
  const snapshot = await findSnapshot(ctx.tenantId);
  if (snapshot?.tenant.mcp_config.federation_enabled === true) return snapshot.tenant.name;
  throw new AppError(
    "forbidden",
    "The tenant takes no part in federation: mcp_config.federation_enabled is not true.",
  );
}

async function refusePastBound(tx: Tx, ctx: Ctx, more: number): Promise<void> {
  const own = eq(offers.tenantId, ctx.tenantId);
  await tx.delete(offers).where(
    and(
      own,
      inArray(
        offers.offerId,
        tx
          .select({ offerId: offers.offerId })
          .from(offers)
          .where(and(own, inArray(offers.state, [...ended])))
          .orderBy(sql`${offers.updatedAt} desc`)
          .offset(mostEnded),
      ),
    ),
  );
  const [row] = await tx
    .select({ live: count() })
    .from(offers)
    .where(and(own, inArray(offers.state, ["offered", "accepted"])));
  if ((row?.live ?? 0) + more <= mostOffers) return;
  throw new AppError(
    "limit_exceeded",
    `A tenant has at most ${mostOffers} offers that stand. Revoke some first.`,
    { extra: { limit: "offers", value: mostOffers } },
  );
}

function termsIn(input: OfferTerms) {
  return {
    priceMicros: input.price_micros,
    maxCalls: input.max_calls,
    maxCallsPerDay: input.max_calls_per_day,
    expiresAt: input.expires_at === null ? null : new Date(input.expires_at),
    termsDigest: digestOfTerms(input),
  };
}

async function insertOffer(
  tx: Tx,
  ctx: Ctx,
  to: string,
  { kind, objectId, namespace, access }: Offered,
  terms: OfferTerms,
): Promise<OfferRow> {
  const { principal } = ctx;
  const [row] = await tx
    .insert(offers)
    .values({
      ...{ tenantId: ctx.tenantId, offerId: prefixedId("offer"), consumerId: to },
      ...{ kind, objectId, namespace, access, ...termsIn(terms) },
      ...{ principalType: principal.type, principalId: principal.id },
    })
    .returning();
  if (!row) throw new Error("The insert returned no row");
  await audit(tx, ctx, {
    action: "offer.create",
    target: { type: "offer", id: row.offerId },
    after: toOffer(row),
  });
  return row;
}

type Input = z.output<typeof createOfferInput>;

function termsGiven(input: OfferTerms): OfferTerms {
  const { price_micros, max_calls, max_calls_per_day, expires_at } = input;
  const expires = expires_at === null ? null : new Date(expires_at).toISOString();
  return { price_micros, max_calls, max_calls_per_day, expires_at: expires };
}

async function whatIsOffered(
  ctx: Ctx,
  input: Input,
): Promise<{ offered: Offered; definition: JsonObject }> {
  const { kind, object_id: objectId, namespace = "", access } = input;
  const offered = { kind, objectId, namespace, access };
  const definition = await definitionOf(ctx.tenantId, offered);
  if (definition) return { offered, definition };
  const received = objectId.startsWith("offer_") ? " What was received is not passed on." : "";
  throw new AppError("not_found", `There is no ${kind} "${objectId}" to be offered.${received}`);
}

/**
 * Offers an object to other tenants, one offer each; nothing is used before they accept. The answer is
 * the same whether there are such tenants and whether they take offers. Needs `federation:write`, and
 * what it takes to grant the object. Throws `not_found`, `invalid_request`, `limit_exceeded` and
 * `forbidden` where the tenant takes no part in federation.
 */
export async function createOffers(ctx: Ctx, raw: CreateOfferInput): Promise<{ offers: Offer[] }> {
  authorize(ctx, "federation:write");
  const input = parse(createOfferInput, raw);
  authorize(ctx, permissionToOffer[input.kind]);
  // A key that acts for one agent gives away no memory, which may be another agent's.
  if (input.kind === "memory") requireNoAgent(ctx);
  const terms = termsGiven(input);
  refusePast(terms);
  if (input.to.includes(ctx.tenantId)) {
    throw new AppError("invalid_request", "to: a tenant uses its own without an offer.", {
      errors: [{ pointer: "/to", message: "must name other tenants" }],
    });
  }
  const providerName = await nameOfFederated(ctx);
  const { offered, definition } = await whatIsOffered(ctx, input);
  const made = await acrossTenants(async (tx, tell) => {
    await lockSide(tx, "offers", ctx.tenantId);
    await refusePastBound(tx, ctx, input.to.length);
    const rows: OfferRow[] = [];
    // In one order, so that two that offer to the same tenants do not wait for each other.
    for (const to of [...input.to].sort()) {
      const row = await insertOffer(tx, ctx, to, offered, terms);
      rows.push(row);
      const isDelivered = await deliver(tx, ctx, row, { providerName, definition, terms });
      if (isDelivered) tell({ topic: offersTopic, key: to });
    }
    return rows;
  });
  return { offers: made.map(toOffer) };
}

/** The caller's own offer, held until the transaction ends. */
async function lockOffer(tx: Tx, ctx: Ctx, id: string): Promise<OfferRow> {
  const [row] = await tx
    .select()
    .from(offers)
    .where(and(eq(offers.tenantId, ctx.tenantId), eq(offers.offerId, id)))
    .for("update");
  if (!row) throw notFound("offer", id);
  return row;
}

function requireStanding(row: OfferRow): void {
  if (row.state === "offered" || row.state === "accepted") return;
  throw new AppError("conflict", `The offer "${row.offerId}" was ${row.state}. Make a new one.`);
}

/**
 * Changes an offer's price, quota or expiry. What is better for the other side holds at once; what is
 * worse stops its calls until it has accepted the new terms. Throws `not_found`, `invalid_request`, and
 * `conflict` for an offer that has ended.
 */
export async function changeOffer(ctx: Ctx, id: string, raw: ChangeOfferInput): Promise<Offer> {
  authorize(ctx, "federation:write");
  checkOfferId(id);
  const input = parse(changeOfferInput, raw);
  return acrossTenants(async (tx, tell) => {
    const before = await lockOffer(tx, ctx, id);
    authorize(ctx, permissionToOffer[before.kind]);
    requireStanding(before);
    const given = Object.fromEntries(
      Object.entries(input).filter(([, value]) => value !== undefined),
    );
    const old = termsOf(before);
    const terms = termsGiven({ ...old, ...given });
    if (terms.expires_at !== old.expires_at) refusePast(terms);
    const [row] = await tx
      .update(offers)
      .set({ ...termsIn(terms), updatedAt: sql`now()` })
      .where(and(eq(offers.tenantId, ctx.tenantId), eq(offers.offerId, id)))
      .returning();
    if (!row) throw new Error("The update returned no row");
    const isWorse = areWorse(terms, old);
    const [received] = await tx
      .update(receivedOffers)
      .set({
        terms,
        // Nobody is held to agree to what serves them better, if they agreed to the terms before.
        ...(isWorse
          ? {}
          : {
              acceptedTerms: sql`case when ${receivedOffers.acceptedTerms} = ${before.termsDigest}
                then ${row.termsDigest} else ${receivedOffers.acceptedTerms} end`,
            }),
        updatedAt: sql`now()`,
      })
      .where(otherSide(row))
      .returning();
    const record = {
      target: { type: "offer", id },
      before: { ...old },
      after: { ...terms, needs_acceptance: isWorse },
    };
    await audit(tx, ctx, { action: "offer.change", ...record });
    if (received) {
      await tellReceiver(tx, ctx, row, { action: "offer.changed", ...record });
      tell({ topic: offersTopic, key: row.consumerId });
    }
    return toOffer(row);
  });
}

/**
 * Takes an offer back: the next call is refused on every process, and it leaves the other side's lists.
 * Throws `not_found`. One that has ended stays as it is.
 */
export async function revokeOffer(ctx: Ctx, id: string): Promise<Offer> {
  authorize(ctx, "federation:write");
  checkOfferId(id);
  return acrossTenants(async (tx, tell) => {
    const before = await lockOffer(tx, ctx, id);
    if (before.state !== "offered" && before.state !== "accepted") return toOffer(before);
    const [row] = await tx
      .update(offers)
      .set({ state: "revoked", updatedAt: sql`now()` })
      .where(and(eq(offers.tenantId, ctx.tenantId), eq(offers.offerId, id)))
      .returning();
    if (!row) throw new Error("The update returned no row");
    const record = {
      target: { type: "offer", id },
      before: { state: before.state },
      after: { state: row.state },
    };
    await audit(tx, ctx, { action: "offer.revoke", ...record });
    const [received] = await tx
      .update(receivedOffers)
      .set({ state: "revoked", updatedAt: sql`now()` })
      .where(otherSide(row))
      .returning();
    if (received) {
      await tellReceiver(tx, ctx, row, { action: "offer.revoked", ...record });
      tell({ topic: offersTopic, key: row.consumerId });
    }
    return toOffer(row);
  });
}
