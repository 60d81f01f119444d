import { and, asc, eq, gt, isNull } from "drizzle-orm";
import type { z } from "zod";
import { apiKeys, platformKeys } from "#db/schema/auth.ts";
import { type Tx, withPlatform, withTenant } from "#db/transaction.ts";
import { audit, auditPlatform } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import { announce, announceHere } from "#lib/core/bus.ts";
import { sha256 } from "#lib/core/crypto.ts";
import type { CallerCtx, Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { prefixedId } from "#lib/core/ids.ts";
import { decodeCursor, type Page, pageSize, toPage } from "#lib/core/page.ts";
import { parse } from "#lib/core/parse.ts";
import { keyAncestry } from "./key-ancestry.ts";
import { keyCacheKey, keyTopic } from "./key-lookup.ts";
import {
  type HasGrants,
  type KeyKind,
  refuseEscalation,
  refuseGranted,
  refuseOtherAgent,
  unknownGrants,
} from "./key-refusals.ts";
import { keyHint, newKeyText } from "./key-text.ts";
import {
  type ApiKey,
  type CreateKeyInput,
  createKeyInput,
  type keyQuery,
  type NewApiKey,
  type RotateKeyInput,
  rotateKeyInput,
} from "./schema.ts";

type Row = typeof platformKeys.$inferSelect & { tenantId?: string };

const idPrefix = { tenant: "key", platform: "pkey" } as const;

function kindOf(keyId: string): KeyKind {
  return keyId.startsWith(`${idPrefix.platform}_`) ? "platform" : "tenant";
}

/** Platform keys need the platform's permission, tenant keys the tenant's. */
function authorizeKeys(ctx: Ctx, kind: KeyKind, access: "read" | "write"): void {
  authorize(ctx, kind === "platform" ? `platform:${access}` : `keys:${access}`);
}

/** Who made a key, as far as that is somebody of the tenant. */
function minterOf({ principal }: Ctx): string | null {
  switch (principal.type) {
    case "key":
      return principal.platform ? null : `key:${principal.id}`;
    case "member":
      return `person:${principal.id}`;
    case "client":
      return `person:${principal.userId}`;
    default:
      return null;
  }
}

/** Runs in the transaction that the kind of key lives in. */
function within<T>(ctx: Ctx, kind: KeyKind, run: (tx: Tx) => Promise<T>): Promise<T> {
  return kind === "platform" ? withPlatform(run) : withTenant(ctx.tenantId, run);
}

async function record(
  tx: Tx,
  ctx: Ctx,
  kind: KeyKind,
  action: string,
  before: ApiKey | null,
  after: ApiKey | null,
): Promise<void> {
  const target = { type: "key", id: (after ?? before)?.key_id ?? "" };
  const entry = { action: `key.${action}`, target, before, after };
  if (kind === "platform") await auditPlatform(tx, ctx as CallerCtx, entry);
  else await audit(tx, ctx, entry);
}

function toApiKey(row: Row): ApiKey {
  const iso = (time: Date | null) => time?.toISOString() ?? null;
  const expired = row.expiresAt !== null && row.expiresAt.getTime() <= Date.now();
  return {
    key_id: row.keyId,
    kind: row.tenantId === undefined ? "platform" : "tenant",
    tenant_id: row.tenantId ?? null,
    name: row.name,
    hint: row.hint,
    scopes: row.scopes,
    agent_id: row.agentId,
    status: row.revokedAt ? "revoked" : expired ? "expired" : "active",
    created_at: row.createdAt.toISOString(),
    expires_at: iso(row.expiresAt),
    revoked_at: iso(row.revokedAt),
    last_used_at: iso(row.lastUsedAt),
    rotated_from: row.rotatedFrom,
  };
}

async function insertKey(
  tx: Tx,
  ctx: Ctx,
  kind: KeyKind,
  input: Pick<Row, "name" | "scopes" | "agentId" | "expiresAt" | "rotatedFrom">,
  text: string,
): Promise<Row> {
  const { name, scopes, agentId, expiresAt, rotatedFrom } = input;
  const values = {
    ...{ name, scopes, agentId, expiresAt, rotatedFrom, mintedBy: minterOf(ctx) },
    keyId: prefixedId(idPrefix[kind]),
    keyHash: sha256(text),
    hint: keyHint(text),
  };
  const rows =
    kind === "platform"
      ? await tx.insert(platformKeys).values(values).returning()
      : await tx
          .insert(apiKeys)
          .values({ tenantId: ctx.tenantId, ...values })
          .returning();
  const [row] = rows;
  if (!row) throw new Error("The insert returned no row");
  return row;
}

/**
 * Creates a key for the tenant in effect, or for the platform; its text is in the answer alone.
 * Throws `insufficient_scope` for more than the caller has, an agent's grants included.
 */
export async function createKey(
  ctx: Ctx,
  raw: CreateKeyInput,
  hasGrants: HasGrants = unknownGrants,
): Promise<NewApiKey> {
  const input = parse(createKeyInput, raw);
  authorizeKeys(ctx, input.kind, "write");
  refuseEscalation(ctx, input.kind, input.scopes);
  refuseOtherAgent(ctx, input.agent_id ?? null);
  const text = newKeyText(input.kind === "platform" ? null : ctx.tenantId);
  return within(ctx, input.kind, async (tx) => {
    const names = { keyIds: [], agentId: input.agent_id ?? null };
    await refuseGranted(tx, ctx, names, hasGrants);
    const row = await insertKey(
      tx,
      ctx,
      input.kind,
      {
        name: input.name,
        scopes: input.scopes,
        agentId: input.agent_id ?? null,
        expiresAt: input.expires_at ? new Date(input.expires_at) : null,
        rotatedFrom: null,
      },
      text,
    );
    const key = toApiKey(row);
    await record(tx, ctx, input.kind, "create", null, key);
    return { ...key, key: text };
  });
}

/** Keys of the tenant in effect, or the platform's, in order of creation; revoked ones included. */
export async function listKeys(ctx: Ctx, query: z.output<typeof keyQuery>): Promise<Page<ApiKey>> {
  authorizeKeys(ctx, query.kind, "read");
  const size = pageSize(query);
  const after = query.cursor ? (decodeCursor(query.cursor, 1)[0] ?? "") : "";
  const rows: Row[] = await within(
    ctx,
    query.kind,
    (tx): Promise<Row[]> =>
      query.kind === "platform"
        ? tx
            .select()
            .from(platformKeys)
            .where(gt(platformKeys.keyId, after))
            .orderBy(asc(platformKeys.keyId))
            .limit(size + 1)
        : tx
            .select()
            .from(apiKeys)
            .where(and(eq(apiKeys.tenantId, ctx.tenantId), gt(apiKeys.keyId, after)))
            .orderBy(asc(apiKeys.keyId))
            .limit(size + 1),
  );
  return toPage(rows, size, (row) => [row.keyId], toApiKey);
}

/** PostgreSQL refuses some texts that are no ids. */
function checkId(keyId: string): void {
  if (!/^p?key_[0-9a-f]{32}$/.test(keyId)) throw notFound("key", keyId);
}

async function loadKey(tx: Tx, ctx: Ctx, keyId: string): Promise<Row> {
  checkId(keyId);
  const rows: Row[] =
    kindOf(keyId) === "platform"
      ? await tx.select().from(platformKeys).where(eq(platformKeys.keyId, keyId)).for("update")
      : await tx
          .select()
          .from(apiKeys)
          .where(and(eq(apiKeys.tenantId, ctx.tenantId), eq(apiKeys.keyId, keyId)))
          .for("update");
  const [row] = rows;
  if (!row) throw notFound("key", keyId);
  return row;
}

/** One key; 404 when there is none of that id in the tenant. */
export async function getKey(ctx: Ctx, keyId: string): Promise<ApiKey> {
  const kind = kindOf(keyId);
  authorizeKeys(ctx, kind, "read");
  return within(ctx, kind, async (tx) => toApiKey(await loadKey(tx, ctx, keyId)));
}

async function updateKey(
  tx: Tx,
  ctx: Ctx,
  keyId: string,
  change: { revokedAt: Date } | { expiresAt: Date },
): Promise<Row> {
  const rows: Row[] =
    kindOf(keyId) === "platform"
      ? await tx.update(platformKeys).set(change).where(eq(platformKeys.keyId, keyId)).returning()
      : await tx
          .update(apiKeys)
          .set(change)
          .where(
            and(
              eq(apiKeys.tenantId, ctx.tenantId),
              eq(apiKeys.keyId, keyId),
              isNull(apiKeys.revokedAt),
            ),
          )
          .returning();
  const [row] = rows;
  if (!row) throw notFound("key", keyId);
  return row;
}

/** Ends a key on every process; revoking one that is revoked changes nothing. */
export async function revokeKey(ctx: Ctx, keyId: string): Promise<ApiKey> {
  const kind = kindOf(keyId);
  authorizeKeys(ctx, kind, "write");
  const { key, dropped } = await within(ctx, kind, async (tx) => {
    const before = await loadKey(tx, ctx, keyId);
    if (before.revokedAt) return { key: toApiKey(before), dropped: null };
    const after = await updateKey(tx, ctx, keyId, { revokedAt: new Date() });
    await record(tx, ctx, kind, "revoke", toApiKey(before), toApiKey(after));
    const change = {
      topic: keyTopic,
      key: keyCacheKey(before.keyHash.toString("hex"), before.tenantId ?? null),
    };
    await announce(tx, change);
    return { key: toApiKey(after), dropped: change };
  });
  if (dropped) announceHere(dropped);
  return key;
}

/** True when another key has replaced this one; the caller holds the row's lock. */
async function wasRotated(tx: Tx, ctx: Ctx, keyId: string): Promise<boolean> {
  const rows =
    kindOf(keyId) === "platform"
      ? await tx
          .select({ keyId: platformKeys.keyId })
          .from(platformKeys)
          .where(eq(platformKeys.rotatedFrom, keyId))
      : await tx
          .select({ keyId: apiKeys.keyId })
          .from(apiKeys)
          .where(and(eq(apiKeys.tenantId, ctx.tenantId), eq(apiKeys.rotatedFrom, keyId)));
  return rows.length > 0;
}

/**
 * A new key in the place of an old one, which keeps working for the overlap, in seconds. Throws
 * `insufficient_scope` for one that can do more than the caller, by its grants too.
 */
export async function rotateKey(
  ctx: Ctx,
  keyId: string,
  raw: RotateKeyInput,
  hasGrants: HasGrants = unknownGrants,
): Promise<NewApiKey> {
  const kind = kindOf(keyId);
  authorizeKeys(ctx, kind, "write");
  const { overlap_seconds } = parse(rotateKeyInput, raw);
  checkId(keyId);
  const text = newKeyText(kind === "platform" ? null : ctx.tenantId);
  const keyIds = kind === "platform" ? [keyId] : await keyAncestry(ctx.tenantId, keyId);
  const { key, change } = await within(ctx, kind, async (tx) => {
    const old = await loadKey(tx, ctx, keyId);
    refuseEscalation(ctx, kind, old.scopes);
    refuseOtherAgent(ctx, old.agentId);
    await refuseGranted(tx, ctx, { keyIds, agentId: old.agentId }, hasGrants);
    if (await wasRotated(tx, ctx, keyId)) {
      throw new AppError(
        "conflict",
        "This key was rotated already. Rotate the one that replaced it.",
      );
    }
    if (toApiKey(old).status !== "active") {
      throw new AppError("conflict", "Only an active key can be rotated. Create a new one.");
    }
    const row = await insertKey(tx, ctx, kind, { ...old, rotatedFrom: old.keyId }, text);
    const ends = new Date(Date.now() + overlap_seconds * 1000);
    const until = old.expiresAt && old.expiresAt < ends ? old.expiresAt : ends;
    const after = await updateKey(tx, ctx, keyId, { expiresAt: until });
    await record(tx, ctx, kind, "rotate", toApiKey(old), toApiKey(row));
    const dropped = {
      topic: keyTopic,
      key: keyCacheKey(old.keyHash.toString("hex"), after.tenantId ?? null),
    };
    await announce(tx, dropped);
    return { key: { ...toApiKey(row), key: text }, change: dropped };
  });
  announceHere(change);
  return key;
}
