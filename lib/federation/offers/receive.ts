import { and, eq, sql } from "drizzle-orm";
import { uniqueViolation } from "#db/errors.ts";
import { offers, receivedOffers } from "#db/schema/offers.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { parse } from "#lib/core/parse.ts";
import { acrossTenants, auditorOf, whereOffered, withinOwnTenant } from "#lib/offers/crossing.ts";
import { takesPart } from "#lib/offers/participation.ts";
import { checkOfferId, offersTopic, type ReceivedRow, toReceived } from "#lib/offers/row.ts";
import {
  type AcceptOfferInput,
  acceptOfferInput,
  type DeclineOfferInput,
  declineOfferInput,
  type OfferState,
  type OfferTerms,
  type ReceivedOffer,
  type ReceivedOfferNow,
} from "#lib/offers/schema.ts";
import { digestOfTerms } from "#lib/offers/terms.ts";
import { canonicalHash } from "#lib/tools/governance/canonical.ts";
import { checkDefinition, saveAndPublish } from "#lib/tools/revisions/write.ts";
import { removeTool } from "#lib/tools/service.ts";
import { definitionOf, digestOf } from "./definition.ts";
import { offeringSide, refuseTooManyAccepted } from "./delivery.ts";
import { exposedNameOf, refuseTaken, toolOf } from "./exposed-name.ts";
import { nameOfFederated } from "./provide.ts";

function ownRow(ctx: Ctx, id: string) {
  return and(eq(receivedOffers.tenantId, ctx.tenantId), eq(receivedOffers.offerId, id));
}

async function readReceived(ctx: Ctx, id: string): Promise<ReceivedRow> {
  const [row] = await withTenant(ctx.tenantId, (tx) =>
    tx.select().from(receivedOffers).where(ownRow(ctx, id)),
  );
  if (!row) throw notFound("offer", id);
  return row;
}

/** The object's definition at this moment, read in the offering tenant; null where it is out of reach. */
async function definitionNow(ctx: Ctx, row: ReceivedRow): Promise<JsonObject | null> {
  const place = await whereOffered(ctx, row.offerId);
  if (!place || !(await takesPart(place.to))) return null;
  return definitionOf(place.to, { kind: row.kind, ...place });
}

/**
 * An offer that the caller's tenant has received, with what is offered at this moment and the digest by
 * which that can be accepted. Throws `not_found`.
 */
export async function getReceivedOffer(ctx: Ctx, id: string): Promise<ReceivedOfferNow> {
  authorize(ctx, "federation:write");
  checkOfferId(id);
  const row = await readReceived(ctx, id);
  const now = await definitionNow(ctx, row);
  const shown = toReceived(row);
  return {
    ...shown,
    ...(row.state === "offered" && now ? { definition: now } : {}),
    offered_now: now,
    digest: now && digestOf(now, row.terms as OfferTerms),
    changed: now !== null && canonicalHash(now) !== canonicalHash(row.definition),
  };
}

function requireState(row: ReceivedRow, states: readonly OfferState[]): void {
  if (states.includes(row.state)) return;
  throw new AppError("conflict", `The offer "${row.offerId}" was ${row.state}.`);
}

/** Both rows of an offer, the offering side's first as every verb does, held until the commit. */
async function lockReceived(tx: Tx, ctx: Ctx, id: string) {
  const [found] = await tx.select().from(receivedOffers).where(ownRow(ctx, id));
  if (!found) throw notFound("offer", id);
  const [offer] = await tx.select().from(offers).where(offeringSide(found)).for("update");
  const [row] = await tx.select().from(receivedOffers).where(ownRow(ctx, id)).for("update");
  if (!row) throw notFound("offer", id);
  return { row, offer };
}

async function setState(tx: Tx, row: ReceivedRow, state: OfferState): Promise<void> {
  await tx.update(offers).set({ state, updatedAt: sql`now()` }).where(offeringSide(row));
}

async function setReceived(
  tx: Tx,
  ctx: Ctx,
  id: string,
  values: Partial<typeof receivedOffers.$inferInsert>,
): Promise<ReceivedRow> {
  const [row] = await tx
    .update(receivedOffers)
    .set({ ...values, updatedAt: sql`now()` })
    .where(ownRow(ctx, id))
    .returning();
  if (!row) throw notFound("offer", id);
  return row;
}

/** Both audit logs: the caller's own with who it was, the offering tenant's with which tenant. */
async function auditBoth(
  tx: Tx,
  ctx: Ctx,
  row: ReceivedRow,
  actions: readonly [own: string, theirs: string],
  after: JsonObject,
): Promise<void> {
  const target = { type: "offer", id: row.offerId };
  const before = { state: row.state };
  await audit(tx, ctx, { action: actions[0], target, before, after });
  await audit(tx, auditorOf(ctx, row, row.providerId), {
    ...{ action: actions[1], target, before, after: { state: after.state } },
  });
}

function stale(): AppError {
  return new AppError(
    "conflict",
    "What is offered has changed since it was looked at. Look at it again and send its digest.",
  );
}

/**
 * Accepts an offer under a prefix, as it was looked at: its terms, and of a tool or prompt its text and
 * schema, which stay as accepted until they are accepted anew. Needs `tools:write` for a tool, which
 * this registers. Throws `not_found`, `conflict` for another digest, a name that is taken or reserved,
 * or an offer that has ended, `invalid_request` and `limit_exceeded`.
 */
export async function acceptOffer(
  ctx: Ctx,
  id: string,
  raw: AcceptOfferInput,
): Promise<ReceivedOffer> {
  authorize(ctx, "federation:write");
  checkOfferId(id);
  const { prefix, digest } = parse(acceptOfferInput, raw);
  await nameOfFederated(ctx);
  const looked = await readReceived(ctx, id);
  if (looked.kind === "tool") authorize(ctx, "tools:write");
  requireState(looked, ["offered", "accepted"]);
  const definition = await definitionNow(ctx, looked);
  if (!definition) throw new AppError("conflict", "What was offered cannot be used any more.");
  if (digestOf(definition, looked.terms as OfferTerms) !== digest) throw stale();
  const exposedName = exposedNameOf(looked.kind, prefix, definition);
  await refuseTaken(ctx, looked.kind, exposedName);
  const tool = looked.kind === "tool" ? toolOf(id, exposedName, definition) : null;
  if (tool) await checkDefinition(ctx, tool);
  const accept = acrossTenants(async (tx, tell) => {
    const { row, offer } = await lockReceived(tx, ctx, id);
    requireState(row, ["offered", "accepted"]);
    if (row.state === "offered") await refuseTooManyAccepted(tx, ctx);
    const acceptedTerms = digestOfTerms(row.terms as OfferTerms);
    if (digestOf(definition, row.terms as OfferTerms) !== digest) throw stale();
    if (!offer || offer.termsDigest !== acceptedTerms) throw stale();
    if (offer.state !== "offered" && offer.state !== "accepted") throw stale();
    await setState(tx, row, "accepted");
    const after = await setReceived(tx, ctx, id, {
      ...{ state: "accepted", acceptedTerms, definition, prefix, exposedName },
      toolId: tool ? id : null,
    });
    const shown = toReceived(after);
    await auditBoth(tx, ctx, row, ["offer.accept", "offer.accepted"], {
      ...{ state: "accepted", exposed_name: exposedName, price_micros: shown.price_micros },
    });
    if (tool) await withinOwnTenant(tx, ctx, () => saveAndPublish(tx, ctx, tool));
    tell({ topic: offersTopic, key: ctx.tenantId });
    return shown;
  });
  return accept.catch((error: unknown) => {
    if (uniqueViolation(error) !== "received_offers_name") throw error;
    throw new AppError("conflict", `"${exposedName}" is accepted of another offer already.`, {
      errors: [{ pointer: "/prefix", message: "gives a name that is taken" }],
    });
  });
}

/**
 * Declines an offer that waits, and with `block` the next ones of that tenant; of one that was taken
 * back or declined, it blocks those alone. Throws `not_found`, `conflict`.
 */
export async function declineOffer(
  ctx: Ctx,
  id: string,
  raw?: DeclineOfferInput,
): Promise<ReceivedOffer> {
  authorize(ctx, "federation:write");
  checkOfferId(id);
  const { block } = parse(declineOfferInput, raw);
  return acrossTenants(async (tx, tell) => {
    const { row } = await lockReceived(tx, ctx, id);
    if (block && (row.state === "revoked" || row.state === "declined")) {
      const after = await setReceived(tx, ctx, id, { blocked: true });
      await audit(tx, ctx, {
        ...{ action: "offer.block", target: { type: "offer", id } },
        after: { from: row.providerId, blocked: true },
      });
      return toReceived(after);
    }
    requireState(row, ["offered"]);
    await setState(tx, row, "declined");
    const after = await setReceived(tx, ctx, id, { state: "declined", blocked: block });
    await auditBoth(tx, ctx, row, ["offer.decline", "offer.declined"], {
      ...{ state: "declined", blocked: block },
    });
    tell({ topic: offersTopic, key: ctx.tenantId });
    return toReceived(after);
  });
}

/**
 * Ends an accepted offer and forgets any other: its row, a tool that was made of it, a block. Throws
 * `not_found`, `conflict` for one that waits for an answer, and `insufficient_scope` where the tool is
 * governed and the caller may not govern.
 */
export async function removeReceivedOffer(ctx: Ctx, id: string): Promise<void> {
  authorize(ctx, "federation:write");
  checkOfferId(id);
  const looked = await readReceived(ctx, id);
  if (looked.toolId !== null) authorize(ctx, "tools:write");
  await acrossTenants(async (tx, tell) => {
    const { row } = await lockReceived(tx, ctx, id);
    if (row.state === "offered") {
      throw new AppError("conflict", "The offer waits for an answer. Accept or decline it.");
    }
    const { toolId } = row;
    if (row.state === "accepted") await setState(tx, row, "ended");
    if (toolId !== null) await withinOwnTenant(tx, ctx, () => removeTool(tx, ctx, toolId));
    await tx.delete(receivedOffers).where(ownRow(ctx, id));
    await auditBoth(tx, ctx, row, ["offer.end", "offer.ended"], { state: "ended" });
    tell({ topic: offersTopic, key: ctx.tenantId });
  });
}
