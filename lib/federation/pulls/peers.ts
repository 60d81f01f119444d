import { and, asc, count, eq, gt, sql } from "drizzle-orm";
import { federationPeers } from "#db/schema/federation.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import { seal } from "#lib/core/crypto.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { keyring } from "#lib/core/keyring.ts";
import { decodeCursor, type Page, type PageQuery, pageSize, toPage } from "#lib/core/page.ts";
import { parse } from "#lib/core/parse.ts";
import { addressOf } from "../peer.ts";
import { askKeptAgain } from "./origins.ts";
import { checkPeerId, onePeer, type PeerRow, readPeer, toAuditedPeer, toPeer } from "./peer-row.ts";
import {
  type FederationPeer,
  mostPeers,
  type PatchPeerInput,
  type PullKind,
  patchPeerInput,
  type RegisterPeerInput,
  registerPeerInput,
} from "./schema.ts";

type Settings = Pick<
  PeerRow,
  "name" | "url" | "remoteTenantId" | "pulls" | "memoryConflict" | "toolsConflict"
> &
  Pick<PeerRow, "scheduleMinutes" | "enabled">;

/** The tenant's peers in the order of their ids. */
export async function listPeers(ctx: Ctx, query: PageQuery): Promise<Page<FederationPeer>> {
  authorize(ctx, "federation:read");
  const size = pageSize(query);
  const after = query.cursor ? (decodeCursor(query.cursor, 1)[0] ?? "") : "";
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select()
      .from(federationPeers)
      .where(and(eq(federationPeers.tenantId, ctx.tenantId), gt(federationPeers.peerId, after)))
      .orderBy(asc(federationPeers.peerId))
      .limit(size + 1),
  );
  return toPage(rows, size, (row) => [row.peerId], toPeer);
}

/** One peer; `not_found` when the tenant has none of that id. */
export async function getPeer(ctx: Ctx, id: string): Promise<FederationPeer> {
  authorize(ctx, "federation:read");
  return toPeer(await withTenant(ctx.tenantId, (tx) => readPeer(tx, ctx, id)));
}

/** Rows are counted one writer at a time, so that two that meet cannot both be the last. */
async function refuseTooMany(tx: Tx, ctx: Ctx): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${`peers ${ctx.tenantId}`}))`);
  const [found] = await tx
    .select({ used: count() })
    .from(federationPeers)
    .where(eq(federationPeers.tenantId, ctx.tenantId));
  if ((found?.used ?? 0) < mostPeers) return;
  throw new AppError(
    "limit_exceeded",
    `A tenant can have ${mostPeers} peers. Delete one before you register another.`,
    { extra: { limit: "max_federation_peers", value: mostPeers } },
  );
}

/** A token is for the address that it was given for: no changed one gets the stored token. */
function sealedToken(ctx: Ctx, before: PeerRow | null, url: string, token?: string | null) {
  if (token !== undefined) return token === null ? null : seal(keyring(), ctx.tenantId, token);
  const kept = before?.tokenSealed ?? null;
  if (kept === null || before?.url === url) return kept;
  throw new AppError(
    "invalid_request",
    "token: the stored token was given for another address. Send the token for this one, or null for none.",
    { errors: [{ pointer: "/token", message: "must be sent when the address changes" }] },
  );
}

/** What the next pull begins from: another place is read from its beginning. */
function cursorsAfter(before: PeerRow, after: Settings): unknown {
  const isSamePlace = before.url === after.url && before.remoteTenantId === after.remoteTenantId;
  return isSamePlace ? before.cursors : {};
}

/** A changed policy is for conflicts to come and for those in which ours was kept. */
async function applyPolicies(tx: Tx, ctx: Ctx, before: PeerRow, after: Settings): Promise<object> {
  const changed: PullKind[] = [];
  if (before.memoryConflict !== after.memoryConflict) changed.push("memory");
  if (before.toolsConflict !== after.toolsConflict) changed.push("tools");
  for (const kind of changed) await askKeptAgain(tx, ctx, before.peerId, kind);
  const cursors = cursorsAfter(before, after) as Partial<Record<PullKind, unknown>>;
  return Object.fromEntries(
    Object.entries(cursors).filter(([kind]) => !changed.includes(kind as PullKind)),
  );
}

function nextPull(before: PeerRow | null, after: Settings) {
  if (after.scheduleMinutes === null) return null;
  const isSame = before?.scheduleMinutes === after.scheduleMinutes && before.nextPullAt !== null;
  return isSame ? before.nextPullAt : sql`now() + make_interval(mins => ${after.scheduleMinutes})`;
}

/** A pull that is under way writes nothing more: it knows the peer as it was. */
const endsPull = { runningRunId: null, runningUntil: null };

function concernsPull(before: PeerRow, after: Settings): boolean {
  const { name, scheduleMinutes, ...rest } = after;
  return (Object.keys(rest) as (keyof typeof rest)[]).some(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]),
  );
}

async function update(
  tx: Tx,
  ctx: Ctx,
  before: PeerRow,
  settings: Settings,
  token: string | null | undefined,
): Promise<PeerRow> {
  const [after] = await tx
    .update(federationPeers)
    .set({
      ...settings,
      tokenSealed: sealedToken(ctx, before, settings.url, token),
      cursors: await applyPolicies(tx, ctx, before, settings),
      nextPullAt: nextPull(before, settings),
      updatedAt: sql`now()`,
      ...(token !== undefined || concernsPull(before, settings) ? endsPull : {}),
    })
    .where(onePeer(ctx, before.peerId))
    .returning();
  if (!after) throw new Error("The update returned no row");
  await audit(tx, ctx, {
    action: "federation.peer_update",
    target: { type: "peer", id: before.peerId },
    before: toAuditedPeer(before),
    after: { ...toAuditedPeer(after), token_changed: token !== undefined },
  });
  return after;
}

function lockPeer(tx: Tx, ctx: Ctx, id: string) {
  return tx.select().from(federationPeers).where(onePeer(ctx, id)).for("update");
}

/**
 * Registers a peer, or replaces the registration of that id; an absent token stays. Needs
 * `federation:write`. Throws `invalid_request`, and `limit_exceeded` past 50 peers.
 */
export async function registerPeer(ctx: Ctx, raw: RegisterPeerInput): Promise<FederationPeer> {
  authorize(ctx, "federation:write");
  const input = parse(registerPeerInput, raw);
  const { peer_id: peerId, token } = input;
  const settings: Settings = {
    name: input.name ?? peerId,
    url: addressOf(input.url),
    remoteTenantId: input.remote_tenant_id,
    pulls: input.pulls,
    memoryConflict: input.memory_conflict,
    toolsConflict: input.tools_conflict,
    scheduleMinutes: input.schedule_minutes,
    enabled: input.enabled,
  };
  const row = await withTenant(ctx.tenantId, async (tx) => {
    const [before] = await lockPeer(tx, ctx, peerId);
    if (before) return update(tx, ctx, before, settings, token);
    await refuseTooMany(tx, ctx);
    const [made] = await tx
      .insert(federationPeers)
      .values({
        ...{ tenantId: ctx.tenantId, peerId, ...settings, cursors: {} },
        tokenSealed: sealedToken(ctx, null, settings.url, token),
        nextPullAt: nextPull(null, settings),
      })
      .onConflictDoNothing()
      .returning();
    if (!made) throw new AppError("conflict", "Somebody else has registered it. Try again.");
    await audit(tx, ctx, {
      action: "federation.peer_create",
      target: { type: "peer", id: peerId },
      after: toAuditedPeer(made),
    });
    return made;
  });
  return toPeer(row);
}

/** Changes what is given and leaves the rest. Throws as `registerPeer`, and `not_found`. */
export async function patchPeer(
  ctx: Ctx,
  id: string,
  raw: PatchPeerInput,
): Promise<FederationPeer> {
  authorize(ctx, "federation:write");
  checkPeerId(id);
  const input = parse(patchPeerInput, raw);
  const row = await withTenant(ctx.tenantId, async (tx) => {
    const [before] = await lockPeer(tx, ctx, id);
    if (!before) throw notFound("peer", id);
    const given = <T>(value: T | undefined, kept: T): T => (value === undefined ? kept : value);
    const settings: Settings = {
      name: given(input.name, before.name),
      url: input.url === undefined ? before.url : addressOf(input.url),
      remoteTenantId: given(input.remote_tenant_id, before.remoteTenantId),
      pulls: given(input.pulls, before.pulls as PullKind[]),
      memoryConflict: given(input.memory_conflict, before.memoryConflict),
      toolsConflict: given(input.tools_conflict, before.toolsConflict),
      scheduleMinutes: given(input.schedule_minutes, before.scheduleMinutes),
      enabled: given(input.enabled, before.enabled),
    };
    return update(tx, ctx, before, settings, input.token);
  });
  return toPeer(row);
}

/** Forgets a peer with its token and its runs; what was pulled stays, and says where it is from. */
export async function deletePeer(ctx: Ctx, id: string): Promise<void> {
  authorize(ctx, "federation:write");
  checkPeerId(id);
  await withTenant(ctx.tenantId, async (tx) => {
    const [gone] = await tx.delete(federationPeers).where(onePeer(ctx, id)).returning();
    if (!gone) throw notFound("peer", id);
    await audit(tx, ctx, {
      action: "federation.peer_delete",
      target: { type: "peer", id },
      before: toAuditedPeer(gone),
    });
  });
}
