import { afterAll, beforeAll, expect, test } from "vitest";
import { database } from "#db/client.ts";
import { useTestDatabase } from "#db/testing/clone.ts";
import { configureTenant, deleteTenant } from "#lib/admin/tenants.ts";
import { listAudit, listPlatformAudit } from "#lib/audit/service.ts";
import { startBus } from "#lib/core/bus.ts";
import { sha256, sha256Hex } from "#lib/core/crypto.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { allPermissions, tenantPermissions } from "#lib/core/permissions.ts";
import { freshTenant, platformCtx, tenantCtx } from "#lib/testing/context.ts";
import { identifyKey, keyCacheKey, keyTopic } from "./key-lookup.ts";
import { flushKeyUses } from "./key-use.ts";
import { createKey, getKey, listKeys, revokeKey, rotateKey } from "./keys.ts";

useTestDatabase();

let ctx: Ctx;
let other: Ctx;
let operator: Ctx;
let stopBus: () => Promise<void>;

beforeAll(async () => {
  [ctx, other] = await Promise.all([freshTenant(), freshTenant()]);
  operator = { ...platformCtx(), tenantId: ctx.tenantId };
  stopBus = await startBus();
});

afterAll(async () => {
  await flushKeyUses();
  await stopBus();
});

const unknown = { code: "invalid_credential", status: 401, message: "The API key is not known." };
const revoked = { code: "invalid_credential", message: "The API key was revoked." };

async function rowsOf(keyId: string): Promise<unknown[]> {
  return [
    ...(await database().owner`select to_json(k) as row from api_keys k
    where key_id = ${keyId}`),
  ];
}

test("a new key identifies its tenant, with the scopes and the agent that it was given", async () => {
  const made = await createKey(ctx, { name: "CI", scopes: ["tools:read"], agent_id: "ventas" });
  expect(made).toMatchObject({
    ...{ kind: "tenant", tenant_id: ctx.tenantId, name: "CI", scopes: ["tools:read"] },
    ...{ agent_id: "ventas", status: "active", expires_at: null, revoked_at: null },
    key: expect.stringMatching(new RegExp(`^tsk_${ctx.tenantId}_[0-9A-Za-z]{43}$`)),
  });
  expect(await identifyKey(made.key)).toEqual({
    principal: { type: "key", id: made.key_id, platform: false, agentId: "ventas" },
    permissions: new Set(["tools:read"]),
    tenantId: ctx.tenantId,
  });
});

test("a key's text is in the answer of its creation alone: its SHA-256 is stored", async () => {
  const made = await createKey(ctx, { name: "secret" });
  const secret = made.key.slice(-43);
  const stored = JSON.stringify(await rowsOf(made.key_id));
  expect(stored).toContain(sha256(made.key).toString("hex"));
  const { items } = await listAudit(ctx, { target_id: made.key_id });
  const shown = [await getKey(ctx, made.key_id), (await listKeys(ctx, { kind: "tenant" })).items];
  for (const text of [stored, JSON.stringify(items), JSON.stringify(shown)]) {
    expect(text).not.toContain(secret);
  }
  expect(made.hint).toBe(`tsk_${ctx.tenantId}_…${made.key.slice(-4)}`);
});

test("`*` is all of the tenant's permissions and none of the platform's", async () => {
  const { key } = await createKey(ctx, { name: "all" });
  expect((await identifyKey(key)).permissions).toEqual(new Set(tenantPermissions));
});

test("a caller gives no scope that it lacks, by creating or by rotating", async () => {
  const caller = tenantCtx(ctx.tenantId, ["keys:write", "tools:read"]);
  const refused = { code: "insufficient_scope", status: 403 };
  for (const scopes of [["*"], ["tools:write"], ["tools:read", "memory:read"]] as const) {
    await expect(createKey(caller, { name: "n", scopes: [...scopes] })).rejects.toMatchObject(
      refused,
    );
  }
  expect((await createKey(caller, { name: "n", scopes: ["tools:read"] })).scopes).toHaveLength(1);
  const strong = await createKey(ctx, { name: "strong" });
  await expect(rotateKey(caller, strong.key_id, {})).rejects.toMatchObject(refused);
});

test("only a caller of the platform makes platform keys, and they act for every tenant", async () => {
  await expect(createKey(ctx, { name: "p", kind: "platform" })).rejects.toMatchObject({
    ...{ code: "insufficient_scope", extra: { scope: "platform:write" } },
  });
  const partly = { ...operator, permissions: new Set(["platform:write", ...tenantPermissions]) };
  await expect(createKey(partly as Ctx, { name: "p", kind: "platform" })).rejects.toThrow(
    "platform:read",
  );

  const made = await createKey(operator, { name: "p", kind: "platform" });
  expect(made).toMatchObject({ kind: "platform", tenant_id: null });
  expect(await identifyKey(made.key)).toMatchObject({
    ...{ tenantId: null, permissions: new Set(allPermissions) },
  });
  const platformKeys = await listKeys(operator, { kind: "platform" });
  expect(platformKeys.items.map((key) => key.key_id)).toContain(made.key_id);
  await expect(getKey(ctx, made.key_id)).rejects.toMatchObject({ code: "insufficient_scope" });
  const { items } = await listPlatformAudit(platformCtx(), { target_id: made.key_id });
  expect(items.map((entry) => entry.action)).toEqual(["key.create"]);
});

test("an expired key is refused from that moment on", async () => {
  const soon = new Date(Date.now() + 600).toISOString();
  const made = await createKey(ctx, { name: "brief", expires_at: soon });
  await identifyKey(made.key);
  await new Promise((resolve) => setTimeout(resolve, 650));
  await expect(identifyKey(made.key)).rejects.toMatchObject({
    message: "The API key has expired.",
  });
  expect((await getKey(ctx, made.key_id)).status).toBe("expired");
});

test("a revoked key is refused at once in this process", async () => {
  const made = await createKey(ctx, { name: "doomed" });
  await identifyKey(made.key);
  const answer = await revokeKey(ctx, made.key_id);
  expect(answer).toMatchObject({ status: "revoked", revoked_at: expect.any(String) });
  await expect(identifyKey(made.key)).rejects.toMatchObject(revoked);
  expect(await revokeKey(ctx, made.key_id)).toEqual(answer);
  const { items } = await listAudit(ctx, { target_id: made.key_id });
  expect(items.map((entry) => entry.action)).toEqual(["key.revoke", "key.create"]);
});

test("a revocation by another process is heard of at once, by NOTIFY", async () => {
  const made = await createKey(ctx, { name: "elsewhere" });
  const cacheKey = keyCacheKey(sha256Hex(made.key), ctx.tenantId);
  await identifyKey(made.key);
  const startedAt = performance.now();
  await database().owner.begin(async (sql) => {
    await sql`update api_keys set revoked_at = now() where key_id = ${made.key_id}`;
    await sql.notify("tausestack", JSON.stringify({ topic: keyTopic, key: cacheKey }));
  });
  await expect
    .poll(() => identifyKey(made.key).catch((error: Error) => error.message), { interval: 10 })
    .toBe(revoked.message);
  // Without the notice it would be a second, when the cached entry ends.
  expect(performance.now() - startedAt).toBeLessThan(700);
});

test("a revocation that no notice tells of holds after a second", async () => {
  const made = await createKey(ctx, { name: "unheard" });
  await identifyKey(made.key);
  await database().owner`update api_keys set revoked_at = now() where key_id = ${made.key_id}`;
  await expect
    .poll(() => identifyKey(made.key).catch((error: Error) => error.message), { timeout: 1500 })
    .toBe(revoked.message);
});

test("after a rotation both keys work until the overlap ends, and the new one goes on", async () => {
  const old = await createKey(ctx, { name: "turning", scopes: ["tools:read"], agent_id: "a" });
  await identifyKey(old.key);
  const made = await rotateKey(ctx, old.key_id, { overlap_seconds: 1 });
  expect(made).toMatchObject({
    ...{ name: "turning", scopes: ["tools:read"], agent_id: "a", rotated_from: old.key_id },
    ...{ status: "active", expires_at: null },
  });
  expect(made.key).not.toBe(old.key);
  await Promise.all([identifyKey(old.key), identifyKey(made.key)]);
  await new Promise((resolve) => setTimeout(resolve, 1050));
  await expect(identifyKey(old.key)).rejects.toMatchObject({ message: "The API key has expired." });
  await identifyKey(made.key);
  const { items } = await listAudit(ctx, { action: "key.rotate" });
  expect(items[0]).toMatchObject({
    before: { key_id: old.key_id },
    after: { key_id: made.key_id },
  });
});

test("without overlap the old key ends at once, and an end that is nearer than the overlap stays", async () => {
  const old = await createKey(ctx, { name: "now" });
  await identifyKey(old.key);
  await rotateKey(ctx, old.key_id, { overlap_seconds: 0 });
  await expect(identifyKey(old.key)).rejects.toMatchObject({ message: "The API key has expired." });

  const expires_at = new Date(Date.now() + 60_000).toISOString();
  const ending = await createKey(ctx, { name: "ending", expires_at });
  await rotateKey(ctx, ending.key_id, { overlap_seconds: 3600 });
  expect((await getKey(ctx, ending.key_id)).expires_at).toBe(expires_at);
});

test("a key that has ended cannot be rotated", async () => {
  const made = await createKey(ctx, { name: "ended" });
  await revokeKey(ctx, made.key_id);
  await expect(rotateKey(ctx, made.key_id, {})).rejects.toMatchObject({ code: "conflict" });
});

test("another tenant's key and a missing one answer the same 404, and the key lives on", async () => {
  const made = await createKey(ctx, { name: "mine" });
  const missing = `key_${"0".repeat(32)}`;
  for (const keyId of [made.key_id, missing, "key_\0", "x"]) {
    const gone = { code: "not_found", message: `There is no key "${keyId}".` };
    await expect(getKey(other, keyId)).rejects.toMatchObject(gone);
    await expect(revokeKey(other, keyId)).rejects.toMatchObject(gone);
    await expect(rotateKey(other, keyId, {})).rejects.toMatchObject(gone);
  }
  expect((await listKeys(other, { kind: "tenant" })).items).toEqual([]);
  await identifyKey(made.key);
});

test("each verb needs its permission", async () => {
  const made = await createKey(ctx, { name: "guarded" });
  const reader = tenantCtx(ctx.tenantId, ["keys:read"]);
  const writer = tenantCtx(ctx.tenantId, ["keys:write"]);
  for (const outcome of await Promise.allSettled([
    createKey(reader, { name: "n" }),
    revokeKey(reader, made.key_id),
    rotateKey(reader, made.key_id, {}),
    getKey(writer, made.key_id),
    listKeys(writer, { kind: "tenant" }),
  ])) {
    expect(outcome).toMatchObject({
      status: "rejected",
      reason: { code: "insufficient_scope", status: 403 },
    });
  }
});

test.each([
  "",
  "tsp_short",
  `tsp_${"x".repeat(43)}`,
  `tsk_nobody_${"x".repeat(43)}`,
  `tsk_UPPER_${"x".repeat(43)}`,
  `tsk_a\0b_${"x".repeat(43)}`,
  "' or true --",
])("%j is no key", async (text) => {
  await expect(identifyKey(text)).rejects.toMatchObject(unknown);
});

test("a key's secret under another tenant's slug is not known", async () => {
  const { key } = await createKey(ctx, { name: "mine" });
  const moved = key.replace(ctx.tenantId, other.tenantId);
  await expect(identifyKey(moved)).rejects.toMatchObject(unknown);
  await expect(
    identifyKey(`${key.slice(0, -1)}${key.endsWith("A") ? "B" : "A"}`),
  ).rejects.toMatchObject(unknown);
});

test("keys are listed in the order of their creation, page by page", async () => {
  const lister = await freshTenant();
  const made: string[] = [];
  for (let at = 0; at < 5; at++) made.push((await createKey(lister, { name: `${at}` })).key_id);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listKeys(lister, { kind: "tenant", limit: 2, cursor });
    seen.push(...page.items.map((key) => key.key_id));
    cursor = page.next ?? undefined;
  } while (cursor);
  expect(seen).toEqual(made);
});

test("the last use is written later, once for many uses, and never moves back", async () => {
  const made = await createKey(ctx, { name: "used" });
  const platform = await createKey(operator, { name: "used", kind: "platform" });
  const before = Date.now();
  for (let at = 0; at < 50; at++) await identifyKey(made.key);
  await identifyKey(platform.key);
  expect((await getKey(ctx, made.key_id)).last_used_at).toBeNull();
  await flushKeyUses();
  const used = async () => new Date((await getKey(ctx, made.key_id)).last_used_at ?? 0).getTime();
  const first = await used();
  expect(first).toBeGreaterThanOrEqual(before);
  expect((await getKey(operator, platform.key_id)).last_used_at).not.toBeNull();

  const later = new Date(Date.now() + 3_600_000).toISOString();
  await database().owner`update api_keys set last_used_at = ${later} where key_id = ${made.key_id}`;
  await identifyKey(made.key);
  await flushKeyUses();
  expect(await used()).toBe(new Date(later).getTime());
});

test.each([
  [{ name: " " }, "/name"],
  [{ name: "a\0b" }, "/name"],
  [{ name: "n", agent_id: "a\0" }, "/agent_id"],
  [{ name: "n", scopes: [] }, "/scopes"],
  [{ name: "n", scopes: ["platform:write"] }, "/scopes/0"],
  [{ name: "n", expires_at: "2020-01-01T00:00:00Z" }, "/expires_at"],
  [{ name: "n", expires_at: "tomorrow" }, "/expires_at"],
])("%j is refused, pointing at %s", async (input, pointer) => {
  await expect(createKey(ctx, input as never)).rejects.toMatchObject({
    code: "invalid_request",
    errors: [expect.objectContaining({ pointer })],
  });
});

test("a deleted tenant's keys end with it, also for who is given its slug next", async () => {
  const brief = await freshTenant();
  const { key } = await createKey(brief, { name: "brief" });
  await identifyKey(key);
  await deleteTenant(platformCtx(), brief.tenantId);
  await configureTenant(platformCtx(), { tenant_id: brief.tenantId, name: "next" });
  await expect
    .poll(() => identifyKey(key).catch((error: Error) => error.message), { timeout: 1500 })
    .toBe(unknown.message);
  expect((await listKeys(tenantCtx(brief.tenantId), { kind: "tenant" })).items).toEqual([]);
});
