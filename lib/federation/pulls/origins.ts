import { and, asc, eq, gt, inArray, ne, or, sql } from "drizzle-orm";
import { federationOrigins } from "#db/schema/federation.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import { sha256Hex } from "#lib/core/crypto.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { decodeCursor, type Page, pageSize, toPage } from "#lib/core/page.ts";
import { parse } from "#lib/core/parse.ts";
import { type Base, isWritten, type Outcome } from "./compare.ts";
import { erasedSource } from "./erased.ts";
import { type Origin, type OriginQuery, originQuery, type PullKind, pullKinds } from "./schema.ts";

type OriginRow = typeof federationOrigins.$inferSelect;

/** Entries whose origin a tenant keeps; past them those pulled longest ago are forgotten. */
const mostOrigins = 100_000;

const rowsAtOnce = 1_000;

/** Whence a pull takes what it takes. */
export interface Source {
  /** `peer:<id>`, or `url:` and a hash of the address. */
  id: string;
  url: string;
  remoteTenantId: string | null;
}

export function peerSource(peerId: string): string {
  return `peer:${peerId}`;
}

/** The same for an address that is no registered peer; hashed, since keys have a bound. */
export function urlSource(address: string): string {
  return `url:${sha256Hex(address)}`;
}

/** What became of one entry, to be remembered for the next pull. */
export interface Settled {
  entryId: string;
  outcome: Outcome;
  /** Fingerprint of the peer's entry. */
  theirs: string;
  remoteUpdatedAt: Date | null;
  base: Base | null;
  /** Of a tool: what is published here while the peer's definition waits. */
  accepted?: string | null;
}

/** What is remembered of these entries of the source. */
export async function basesOf(
  tx: Tx,
  ctx: Ctx,
  source: Source,
  kind: PullKind,
  entryIds: readonly string[],
): Promise<Map<string, Base>> {
  if (entryIds.length === 0) return new Map();
  const rows = await tx
    .select()
    .from(federationOrigins)
    .where(
      and(
        eq(federationOrigins.tenantId, ctx.tenantId),
        eq(federationOrigins.kind, kind),
        eq(federationOrigins.source, source.id),
        inArray(federationOrigins.entryId, [...entryIds]),
      ),
    );
  return new Map(
    rows.map((row) => [
      row.entryId,
      {
        fingerprint: row.fingerprint,
        remote: row.remoteFingerprint,
        accepted: row.acceptedFingerprint,
      },
    ]),
  );
}

/** In common now: what was written; what was the same on both sides; else what was so before. */
function fingerprintAfter({ outcome, theirs, base }: Settled, same: boolean): string {
  return isWritten(outcome) || same ? theirs : (base?.fingerprint ?? "");
}

/** Nothing came of it, and the next comparison would be the same. */
function isKnown(one: Settled & { isSame: boolean }): boolean {
  const { outcome, base, theirs } = one;
  if (outcome !== "unchanged" || base === null) return false;
  return base.remote === theirs && base.fingerprint === fingerprintAfter(one, one.isSame);
}

/** Remembers what became of entries; `isSame` tells of one whether both sides have the same now. */
export async function rememberOrigins(
  tx: Tx,
  ctx: Ctx,
  source: Source,
  kind: PullKind,
  all: readonly (Settled & { isSame: boolean })[],
): Promise<void> {
  const settled = all.filter((one) => !isKnown(one));
  for (let at = 0; at < settled.length; at += rowsAtOnce) {
    await remember(tx, ctx, source, kind, settled.slice(at, at + rowsAtOnce));
  }
}

async function remember(
  tx: Tx,
  ctx: Ctx,
  source: Source,
  kind: PullKind,
  settled: readonly (Settled & { isSame: boolean })[],
): Promise<void> {
  await tx
    .insert(federationOrigins)
    .values(
      settled.map((one) => ({
        ...{ tenantId: ctx.tenantId, kind, entryId: one.entryId, source: source.id },
        ...{ url: source.url, remoteTenantId: source.remoteTenantId },
        fingerprint: fingerprintAfter(one, one.isSame),
        remoteFingerprint: one.theirs,
        acceptedFingerprint: one.accepted ?? null,
        remoteUpdatedAt: one.remoteUpdatedAt,
      })),
    )
    .onConflictDoUpdate({
      target: [
        federationOrigins.tenantId,
        federationOrigins.kind,
        federationOrigins.entryId,
        federationOrigins.source,
      ],
      set: {
        url: sql`excluded.url`,
        remoteTenantId: sql`excluded.remote_tenant_id`,
        fingerprint: sql`excluded.fingerprint`,
        remoteFingerprint: sql`excluded.remote_fingerprint`,
        acceptedFingerprint: sql`excluded.accepted_fingerprint`,
        remoteUpdatedAt: sql`excluded.remote_updated_at`,
        pulledAt: sql`now()`,
      },
    });
}

/** Keeps what a tenant remembers within its bound. */
export async function trimOrigins(tx: Tx, ctx: Ctx): Promise<void> {
  await tx.execute(sql`
    delete from federation_origins where tenant_id = ${ctx.tenantId}
      and source <> ${erasedSource} and pulled_at < (
      select pulled_at from federation_origins where tenant_id = ${ctx.tenantId}
      order by pulled_at desc offset ${mostOrigins - 1} limit 1)`);
}

/** Conflicts in which ours was kept are to be decided anew at the next pull. */
export async function askKeptAgain(tx: Tx, ctx: Ctx, peerId: string, kind: PullKind) {
  await tx
    .update(federationOrigins)
    .set({ remoteFingerprint: "" })
    .where(
      and(
        eq(federationOrigins.tenantId, ctx.tenantId),
        eq(federationOrigins.source, peerSource(peerId)),
        eq(federationOrigins.kind, kind),
        ne(federationOrigins.fingerprint, federationOrigins.remoteFingerprint),
      ),
    );
}

function toOrigin(row: OriginRow): Origin {
  return {
    kind: row.kind,
    entry_id: row.entryId,
    peer_id: row.source.startsWith("peer:") ? row.source.slice("peer:".length) : null,
    url: row.url,
    remote_tenant_id: row.remoteTenantId,
    remote_id: row.entryId,
    remote_updated_at: row.remoteUpdatedAt?.toISOString() ?? null,
    pulled_at: row.pulledAt.toISOString(),
    digest: row.fingerprint,
  };
}

/** Where the tenant's entries came from, in the order of kinds and ids. */
export async function listOrigins(ctx: Ctx, query: OriginQuery): Promise<Page<Origin>> {
  authorize(ctx, "federation:read");
  const { kind, entry_id, peer_id } = parse(originQuery, query);
  const size = Math.min(pageSize(query), 1000);
  const o = federationOrigins;
  const place = query.cursor ? decodeCursor(query.cursor, 3) : null;
  const [afterKind = "", afterId = "", afterSource = ""] = place ?? [];
  const later = pullKinds.filter((one) => one > afterKind);
  const onward = or(
    later.length > 0 ? inArray(o.kind, later) : undefined,
    and(
      sql`${o.kind} = ${afterKind}`,
      or(gt(o.entryId, afterId), and(eq(o.entryId, afterId), gt(o.source, afterSource))),
    ),
  );
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select()
      .from(o)
      .where(
        and(
          eq(o.tenantId, ctx.tenantId),
          // What was looked at and never taken is not from there.
          ne(o.fingerprint, ""),
          kind && eq(o.kind, kind),
          entry_id === undefined ? undefined : eq(o.entryId, entry_id),
          peer_id === undefined ? undefined : eq(o.source, peerSource(peer_id)),
          place ? onward : undefined,
        ),
      )
      .orderBy(asc(o.kind), asc(o.entryId), asc(o.source))
      .limit(size + 1),
  );
  return toPage(rows, size, (row) => [row.kind, row.entryId, row.source], toOrigin);
}
