import { sql } from "drizzle-orm";
import { platformStatement, type Tx, withPlatform } from "#db/transaction.ts";
import { ctxAcross } from "#lib/auth/other-tenant.ts";
import { announce, announceHere, type Change } from "#lib/core/bus.ts";
import type { Ctx, OfferKind } from "#lib/core/ctx.ts";
import { takesPart } from "./participation.ts";
import { refusalToPass } from "./refusal.ts";

/**
 * The only code through which one tenant's request reaches another's data. What may call it is a
 * dependency rule (`offers-cross-here`).
 */

/**
 * One transaction over both sides of offers, of the platform's role; what it tells of is announced
 * with the commit. Filter every statement by both tenants, and audit on both sides.
 */
export async function acrossTenants<T>(
  write: (tx: Tx, tell: (...changes: Change[]) => void) => Promise<T>,
): Promise<T> {
  const changes: Change[] = [];
  const result = await withPlatform(async (tx) => {
    const written = await write(tx, (...told) => changes.push(...told));
    for (const change of changes) await announce(tx, change);
    return written;
  });
  for (const change of changes) announceHere(change);
  return result;
}

/** Runs a part of such a transaction as the app role inside the caller's own tenant. */
export async function withinOwnTenant<T>(tx: Tx, ctx: Ctx, run: () => Promise<T>): Promise<T> {
  await tx.execute(sql`set local role tausestack_app`);
  await tx.execute(sql`select set_config('app.tenant_id', ${ctx.tenantId}, true)`);
  const result = await run();
  await tx.execute(sql`select set_config('app.tenant_id', '', true)`);
  await tx.execute(sql`set local role tausestack_platform`);
  return result;
}

/** The caller as the other side's audit log names them: by their tenant. */
export function auditorOf(
  ctx: Ctx,
  row: { offerId: string; kind: OfferKind },
  otherTenant: string,
): Ctx {
  const { offerId, kind } = row;
  return ctxAcross(ctx, { offerId, kind, to: otherTenant, objectId: "", access: "read" });
}

/** One use of an accepted offer, let through and counted. */
export interface Passage {
  /** The caller inside the offering tenant, who may use the one object alone. */
  ctx: Ctx;
  offerId: string;
  objectId: string;
  namespace: string;
  priceMicros: number;
  providerName: string;
  exposedName: string;
  /** Undoes the count, for what turned out to be no use. */
  giveBack(): Promise<void>;
}

const today = "date_trunc('day', now(), 'UTC')";

// All that lets a use through stands beside the count itself: the row's lock makes it exact, and a
// revocation that commits is seen by the very next use, on whatever process.
const take = `update offers o set calls = o.calls + 1, day = ${today},
    calls_today = case when o.day = ${today} then o.calls_today + 1 else 1 end
  from received_offers r, tenants p, tenants c
  where r.tenant_id = $1 and r.offer_id = $2 and r.kind = $3 and r.state = 'accepted'
    and o.tenant_id = r.provider_id and o.offer_id = r.offer_id and o.consumer_id = r.tenant_id
    and o.kind = r.kind and o.state = 'accepted' and o.terms_digest = r.accepted_terms
    and (o.expires_at is null or o.expires_at > now())
    and (o.max_calls is null or o.calls < o.max_calls)
    and (o.max_calls_per_day is null or o.day is distinct from ${today}
      or o.calls_today < o.max_calls_per_day)
    and p.tenant_id = o.tenant_id and p.status = 'active'
    and c.tenant_id = r.tenant_id and c.status = 'active'
  returning o.tenant_id, o.object_id, o.namespace, o.access, o.price_micros, o.day,
    r.provider_name, r.exposed_name`;

const untake = `update offers set calls = greatest(calls - 1, 0),
    calls_today = case when day = $4 then greatest(calls_today - 1, 0) else calls_today end
  where tenant_id = $1 and offer_id = $2 and consumer_id = $3`;

interface Taken {
  tenant_id: string;
  object_id: string;
  namespace: string;
  access: "read" | "write";
  price_micros: string;
  day: Date;
  provider_name: string;
  exposed_name: string;
}

async function tenantsTakePart(consumer: string, provider: string): Promise<boolean> {
  return (await takesPart(consumer)) && (await takesPart(provider));
}

/**
 * Lets a use of an accepted offer through and counts it, in one statement. A caller who is here by an
 * offer already goes no further. Throws `not_found` for an offer that the caller's tenant has not
 * accepted, and `forbidden`, `limit_exceeded` or `conflict` saying why one that it has is not let through.
 */
export async function pass(ctx: Ctx, offerId: string, kind: OfferKind): Promise<Passage> {
  if (ctx.principal.type === "offer") throw await refusalToPass(ctx, offerId, kind);
  const [row] = await platformStatement(take, [ctx.tenantId, offerId, kind]);
  if (!row) throw await refusalToPass(ctx, offerId, kind);
  const taken = row as unknown as Taken;
  const { tenant_id: to, object_id: objectId, access } = taken;
  const giveBack = async () => {
    await platformStatement(untake, [to, offerId, ctx.tenantId, taken.day]);
  };
  if (!(await tenantsTakePart(ctx.tenantId, to))) {
    await giveBack();
    throw await refusalToPass(ctx, offerId, kind);
  }
  return {
    ctx: ctxAcross(ctx, { offerId, to, kind, objectId, access }),
    ...{ offerId, objectId, namespace: taken.namespace, giveBack },
    priceMicros: Number(taken.price_micros),
    providerName: taken.provider_name,
    exposedName: taken.exposed_name,
  };
}

const look = `select o.tenant_id, o.object_id, o.namespace, o.access, o.state,
    o.expires_at is not null and o.expires_at <= now() as expired
  from received_offers r join offers o on o.tenant_id = r.provider_id
    and o.offer_id = r.offer_id and o.consumer_id = r.tenant_id
  where r.tenant_id = $1 and r.offer_id = $2`;

/** Where the object of an offer that the caller's tenant has received is; null: not to be had any more. */
export async function whereOffered(
  ctx: Ctx,
  offerId: string,
): Promise<{ to: string; objectId: string; namespace: string; access: "read" | "write" } | null> {
  const [row] = await platformStatement(look, [ctx.tenantId, offerId]);
  if (!row || row.expired === true) return null;
  if (row.state !== "offered" && row.state !== "accepted") return null;
  const found = row as unknown as Taken;
  return {
    ...{ to: found.tenant_id, objectId: found.object_id },
    ...{ namespace: found.namespace, access: found.access },
  };
}
