import { eq } from "drizzle-orm";
import { LRUCache } from "lru-cache";
import { receivedOffers } from "#db/schema/offers.ts";
import { withTenant } from "#db/transaction.ts";
import { announceHere, onChange } from "#lib/core/bus.ts";
import { createCache } from "#lib/core/cache.ts";
import type { OfferKind } from "#lib/core/ctx.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { singleton } from "#lib/core/singleton.ts";
import { tenantTopic } from "#lib/tenants/snapshot.ts";
import { takesPart } from "./participation.ts";
import { offersTopic } from "./row.ts";
import type { OfferTerms } from "./schema.ts";

/** Something that a tenant has accepted of another, as its lists show it. */
export interface AcceptedOffer {
  offerId: string;
  providerId: string;
  kind: OfferKind;
  toolId: string | null;
  exposedName: string;
  definition: JsonObject;
  /** Epoch milliseconds; null: until it is revoked. */
  expiresAt: number | null;
}

interface Slot {
  accepted: readonly AcceptedOffer[];
  /** Tools of offers that do not stand any more. */
  endedToolIds: readonly string[];
}

type Row = typeof receivedOffers.$inferSelect;

function toAccepted(row: Row): AcceptedOffer {
  const { expires_at } = row.terms as OfferTerms;
  return {
    ...{ offerId: row.offerId, providerId: row.providerId, kind: row.kind, toolId: row.toolId },
    ...{ exposedName: row.exposedName ?? "", definition: row.definition as JsonObject },
    expiresAt: expires_at === null ? null : Date.parse(expires_at),
  };
}

/** Who has accepted something of a tenant, as far as this process has looked. */
const receiversOf = singleton(
  "offers.receivers",
  () => new LRUCache<string, Set<string>>({ max: 10_000 }),
);

function noteReceiver(providerId: string, tenantId: string): void {
  const known = receiversOf.get(providerId) ?? new Set();
  receiversOf.set(providerId, known.add(tenantId));
}

async function load(tenantId: string): Promise<Slot> {
  const rows = await withTenant(tenantId, (tx) =>
    tx.select().from(receivedOffers).where(eq(receivedOffers.tenantId, tenantId)),
  );
  const accepted = rows.filter(({ state }) => state === "accepted").map(toAccepted);
  for (const { providerId } of accepted) noteReceiver(providerId, tenantId);
  return {
    accepted,
    endedToolIds: rows.flatMap(({ toolId, state }) =>
      toolId === null || state === "accepted" ? [] : [toolId],
    ),
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
  if (change === "everything" || change.topic !== tenantTopic) return;
  cache.drop(change.key);
  // A tenant that is suspended, deleted or switched off is in no lists of the others any more.
  for (const key of receiversOf.get(change.key) ?? []) announceHere({ topic: offersTopic, key });
});

async function isUsable({ providerId, expiresAt }: AcceptedOffer): Promise<boolean> {
  return (expiresAt === null || expiresAt > Date.now()) && (await takesPart(providerId));
}

/** What the tenant has accepted of a kind and can use now, by its name here. */
export async function acceptedOffers(tenantId: string, kind: OfferKind): Promise<AcceptedOffer[]> {
  const all = (await cache.get(tenantId)).accepted.filter((each) => each.kind === kind);
  if (all.length === 0 || !(await takesPart(tenantId))) return [];
  const usable = await Promise.all(all.map(isUsable));
  return all.filter((_, at) => usable[at]).sort((a, b) => (a.exposedName < b.exposedName ? -1 : 1));
}

/** Ids of the tenant's tools that stand for an offer that cannot be used now. */
export async function endedToolIds(tenantId: string): Promise<ReadonlySet<string>> {
  const slot = await cache.get(tenantId);
  const usable = new Set((await acceptedOffers(tenantId, "tool")).map(({ toolId }) => toolId));
  const others = slot.accepted.flatMap(({ toolId }) =>
    toolId === null || usable.has(toolId) ? [] : [toolId],
  );
  return new Set([...slot.endedToolIds, ...others]);
}
