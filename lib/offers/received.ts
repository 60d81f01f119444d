import { and, eq } from "drizzle-orm";
import { receivedOffers } from "#db/schema/offers.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { onChange } from "#lib/core/bus.ts";
import { createCache } from "#lib/core/cache.ts";
import type { OfferKind } from "#lib/core/ctx.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { tenantTopic } from "#lib/tenants/snapshot.ts";
import { offersTopic } from "./row.ts";
import type { OfferTerms } from "./schema.ts";

/** Something that a tenant has accepted of another, as its lists show it. */
export interface AcceptedOffer {
  offerId: string;
  kind: OfferKind;
  exposedName: string;
  definition: JsonObject;
  /** Epoch milliseconds; null: until it is revoked. */
  expiresAt: number | null;
}

interface Slot {
  accepted: readonly AcceptedOffer[];
}

async function load(tenantId: string): Promise<Slot> {
  const rows = await withTenant(tenantId, (tx) =>
    tx
      .select()
      .from(receivedOffers)
      .where(and(eq(receivedOffers.tenantId, tenantId), eq(receivedOffers.state, "accepted"))),
  );
  return {
    accepted: rows.map((row) => {
      const { expires_at } = row.terms as OfferTerms;
      return {
        ...{ offerId: row.offerId, kind: row.kind, exposedName: row.exposedName ?? "" },
        definition: row.definition as JsonObject,
        expiresAt: expires_at === null ? null : Date.parse(expires_at),
      };
    }),
  };
}

// The lists alone go by it; each use asks the offers themselves.
const cache = createCache<Slot>({
  name: "received-offers",
  topic: offersTopic,
  maxEntries: 2_000,
  ttlMs: 1_000,
  load,
});

onChange((change) => {
  if (change !== "everything" && change.topic === tenantTopic) cache.drop(change.key);
});

/** What the tenant has accepted of a kind and can still use, by its name here. */
export async function acceptedOffers(tenantId: string, kind: OfferKind): Promise<AcceptedOffer[]> {
  const { accepted } = await cache.get(tenantId);
  const now = Date.now();
  return accepted
    .filter((each) => each.kind === kind && (each.expiresAt === null || each.expiresAt > now))
    .sort((a, b) => (a.exposedName < b.exposedName ? -1 : 1));
}

/** Ids of the tenant's tools whose offers do not stand any more. */
export async function endedToolIds(tx: Tx, tenantId: string): Promise<ReadonlySet<string>> {
  const rows = await tx
    .select({ toolId: receivedOffers.toolId, state: receivedOffers.state })
    .from(receivedOffers)
    .where(eq(receivedOffers.tenantId, tenantId));
  return new Set(
    rows.flatMap(({ toolId, state }) => (toolId === null || state === "accepted" ? [] : [toolId])),
  );
}
