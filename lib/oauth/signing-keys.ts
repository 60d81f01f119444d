import { asc, eq, sql } from "drizzle-orm";
import { exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { oauthKeys } from "#db/schema/oauth.ts";
import { type Tx, withPlatform } from "#db/transaction.ts";
import { auditPlatform } from "#lib/audit/service.ts";
import { systemCtx } from "#lib/auth/identity.ts";
import { authorize } from "#lib/core/authorize.ts";
import { announce, announceHere } from "#lib/core/bus.ts";
import { createCache } from "#lib/core/cache.ts";
import { seal, unseal } from "#lib/core/crypto.ts";
import type { PlatformCtx } from "#lib/core/ctx.ts";
import { prefixedId } from "#lib/core/ids.ts";
import { keyring } from "#lib/core/keyring.ts";
import type { SigningKeys } from "./schema.ts";

export const signingAlgorithm = "ES256";

const topic = "oauth-keys";
const sealScope = "oauth";
/** Longer than any access token lives. */
const keepRetiredMs = 24 * 3600_000;
const rotateAfterMs = 30 * 24 * 3600_000;

type Row = typeof oauthKeys.$inferSelect;

/** The keys of the deployment, as one process holds them. */
export interface KeySet {
  /** Changes when any key does. */
  version: string;
  currentKeyId: string;
  /** With their private parts: what signs and what is published, the current one first. */
  jwks: JWK[];
  publicKeys: ReadonlyMap<string, CryptoKey>;
}

async function makeKey(state: Row["state"]): Promise<typeof oauthKeys.$inferInsert> {
  const { privateKey, publicKey } = await generateKeyPair(signingAlgorithm, { extractable: true });
  return {
    keyId: prefixedId("sig"),
    state,
    publicJwk: await exportJWK(publicKey),
    sealedPrivateJwk: seal(keyring(), sealScope, JSON.stringify(await exportJWK(privateKey))),
    activatedAt: state === "current" ? new Date() : null,
  };
}

/** Keys of the first start: one to sign with and the next one, which is published already. */
async function ensureKeys(): Promise<void> {
  const made = await Promise.all([makeKey("current"), makeKey("next")]);
  await withPlatform(async (tx) => {
    await lockKeys(tx);
    const rows = await tx.select({ keyId: oauthKeys.keyId }).from(oauthKeys).limit(1);
    if (rows.length > 0) return;
    await tx.insert(oauthKeys).values(made);
    await auditPlatform(tx, systemCtx("signing-keys"), {
      action: "oauth_key.create",
      target: { type: "oauth_key", id: made[0]?.keyId ?? "" },
    });
  });
}

async function lockKeys(tx: Tx): Promise<void> {
  await tx.execute(sql`lock table oauth_keys in share row exclusive mode`);
}

function readRows(): Promise<Row[]> {
  return withPlatform((tx) => tx.select().from(oauthKeys).orderBy(asc(oauthKeys.keyId)));
}

function toJwk(row: Row): JWK {
  const jwk = JSON.parse(unseal(keyring(), sealScope, row.sealedPrivateJwk)) as JWK;
  return { ...jwk, kid: row.keyId, alg: signingAlgorithm, use: "sig" };
}

async function load(): Promise<KeySet> {
  let rows = await readRows();
  if (rows.length === 0) {
    await ensureKeys();
    rows = await readRows();
  }
  const order = { current: 0, next: 1, retired: 2 };
  rows.sort((a, b) => order[a.state] - order[b.state]);
  const [current] = rows;
  if (current?.state !== "current") throw new Error("There is no current signing key");
  const publicKeys = await Promise.all(
    rows.map(async (row): Promise<[string, CryptoKey]> => {
      const key = await importJWK(row.publicJwk as JWK, signingAlgorithm);
      return [row.keyId, key as CryptoKey];
    }),
  );
  return {
    version: rows.map((row) => `${row.keyId}=${row.state}`).join(" "),
    currentKeyId: current.keyId,
    jwks: rows.map(toJwk),
    publicKeys: new Map(publicKeys),
  };
}

const cache = createCache<KeySet>({
  name: "oauth-keys",
  topic,
  maxEntries: 1,
  ttlMs: 60_000,
  load,
});

/** The keys that sign and verify access tokens; the first call of a deployment makes them. */
export function signingKeySet(): Promise<KeySet> {
  return cache.get("all");
}

function toSigningKeys(rows: Row[]): SigningKeys {
  return {
    keys: rows.map((row) => ({
      key_id: row.keyId,
      state: row.state,
      created_at: row.createdAt.toISOString(),
      activated_at: row.activatedAt?.toISOString() ?? null,
      retired_at: row.retiredAt?.toISOString() ?? null,
    })),
  };
}

/**
 * Signs with the next key from now on and publishes another one to follow it. What was signed before
 * stays good until it expires, since the old key is published for another day.
 */
export async function rotateSigningKeys(ctx: PlatformCtx): Promise<SigningKeys> {
  authorize(ctx, "platform:write");
  await signingKeySet();
  const following = await makeKey("next");
  const change = { topic, key: "all" };
  const rows = await withPlatform(async (tx) => {
    await lockKeys(tx);
    const before = await tx.select().from(oauthKeys);
    const now = new Date();
    for (const row of before) await step(tx, row, now);
    await tx.insert(oauthKeys).values(following);
    const after = await tx.select().from(oauthKeys).orderBy(asc(oauthKeys.keyId));
    await auditPlatform(tx, ctx, {
      action: "oauth_key.rotate",
      target: { type: "oauth_key", id: after.find((row) => row.state === "current")?.keyId ?? "" },
      before: toSigningKeys(before),
      after: toSigningKeys(after),
    });
    await announce(tx, change);
    return after;
  });
  announceHere(change);
  return toSigningKeys(rows);
}

/** Moves one key on: next → current → retired → gone. */
async function step(tx: Tx, row: Row, now: Date): Promise<void> {
  const one = eq(oauthKeys.keyId, row.keyId);
  if (row.state === "next") {
    await tx.update(oauthKeys).set({ state: "current", activatedAt: now }).where(one);
  } else if (row.state === "current") {
    await tx.update(oauthKeys).set({ state: "retired", retiredAt: now }).where(one);
  } else if ((row.retiredAt?.getTime() ?? 0) < now.getTime() - keepRetiredMs) {
    await tx.delete(oauthKeys).where(one);
  }
}

/** Rotates keys that have signed for 30 days; for the daily job. */
export async function rotateOldSigningKeys(): Promise<void> {
  const current = (await readRows()).find((row) => row.state === "current");
  if (!current?.activatedAt) return;
  if (Date.now() - current.activatedAt.getTime() < rotateAfterMs) return;
  await rotateSigningKeys(systemCtx("signing-keys"));
}
