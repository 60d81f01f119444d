import { and, eq } from "drizzle-orm";
import { beforeAll, expect, test } from "vitest";
import { database } from "#db/client.ts";
import { secrets } from "#db/schema/secrets.ts";
import { useTestDatabase } from "#db/testing/clone.ts";
import { platformStatement, withTenant } from "#db/transaction.ts";
import { listAudit } from "#lib/audit/service.ts";
import { startBus } from "#lib/core/bus.ts";
import { seal } from "#lib/core/crypto.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { keyring } from "#lib/core/keyring.ts";
import { freshTenant, tenantCtx } from "#lib/testing/context.ts";
import { deleteSecret, getSecret, listSecrets, putSecret } from "./service.ts";
import { flushSecretUses } from "./use.ts";
import { SecretUnavailable, secretTopic, secretValue } from "./values.ts";

useTestDatabase();

let ctx: Ctx;
beforeAll(async () => {
  ctx = await freshTenant();
  const stop = await startBus();
  return () => stop();
});

const unused = async () => [];
const code = (error: unknown) => (error instanceof AppError ? error.code : error);

async function refusal(outcome: Promise<unknown>): Promise<unknown> {
  return outcome.then(() => "no refusal", code);
}

test("a secret is created, read, rotated, changed and deleted, and never shows its value", async () => {
  const value = "first-value-1";
  const created = await putSecret(ctx, "LIFE", { value, description: "of a test" });
  expect(created).toMatchObject({ name: "LIFE", version: 1, allowed_tools: null });
  expect(await secretValue(ctx.tenantId, "LIFE", "any")).toBe(value);

  const rotated = await putSecret(ctx, "LIFE", { value: "second-value-2" });
  expect(rotated).toMatchObject({ version: 2, description: "of a test" });
  expect(await secretValue(ctx.tenantId, "LIFE", "any")).toBe("second-value-2");

  const changed = await putSecret(ctx, "LIFE", { description: "", allowed_tools: ["one"] });
  expect(changed).toMatchObject({ version: 2, description: "", allowed_tools: ["one"] });
  expect(await secretValue(ctx.tenantId, "LIFE", "one")).toBe("second-value-2");
  const shown = JSON.stringify([created, rotated, changed, await getSecret(ctx, "LIFE")]);
  expect(shown).not.toMatch(/-value-|sealed/);

  await deleteSecret(ctx, "LIFE", unused);
  expect(await refusal(getSecret(ctx, "LIFE"))).toBe("not_found");
  await expect(secretValue(ctx.tenantId, "LIFE", null)).rejects.toThrow(SecretUnavailable);
});

test("a value for some tools alone is refused to another tool, and to upstreams and providers", async () => {
  await putSecret(ctx, "GRANTED", { value: "granted-value", allowed_tools: ["one"] });
  await expect(secretValue(ctx.tenantId, "GRANTED", "two")).rejects.toThrow(/Add two/);
  expect(await secretValue(ctx.tenantId, "GRANTED", "one")).toBe("granted-value");
  await expect(secretValue(ctx.tenantId, "GRANTED", null)).rejects.toThrow(/nor for providers/);
  await putSecret(ctx, "GRANTED", { allowed_tools: null });
  expect(await secretValue(ctx.tenantId, "GRANTED", null)).toBe("granted-value");
});

test("the audit log says who did what, and nothing of the value", async () => {
  const own = await freshTenant();
  await putSecret(own, "TOLD", { value: "untold-value" });
  await putSecret(own, "TOLD", { value: "untold-value-2" });
  await putSecret(own, "TOLD", { description: "new" });
  await deleteSecret(own, "TOLD", unused);
  const { items } = await listAudit(own, { limit: 10 });
  const ofSecrets = items.filter(({ action }) => action.startsWith("secret."));
  expect(ofSecrets.map(({ action }) => action)).toEqual([
    "secret.delete",
    "secret.update",
    "secret.rotate",
    "secret.create",
  ]);
  expect(JSON.stringify(items)).not.toContain("untold");
  expect(JSON.stringify(items)).not.toMatch(/"v1\./);
});

test("the database holds a sealed value, which opens for this tenant alone", async () => {
  await putSecret(ctx, "SEALED", { value: "sealed-value" });
  const [row] = await withTenant(ctx.tenantId, (tx) =>
    tx.select().from(secrets).where(eq(secrets.name, "SEALED")),
  );
  expect(row?.valueSealed).toMatch(/^v1\./);
  expect(JSON.stringify(row)).not.toContain("sealed-value");

  const other = await freshTenant();
  await putSecret(other, "SEALED", { value: "of the other" });
  await withTenant(other.tenantId, (tx) =>
    tx
      .update(secrets)
      .set({ valueSealed: row?.valueSealed ?? "" })
      .where(and(eq(secrets.tenantId, other.tenantId), eq(secrets.name, "SEALED"))),
  );
  await putSecret(other, "ANOTHER", { value: "drops what is kept" });
  await expect(secretValue(other.tenantId, "SEALED", null)).rejects.toThrow();
});

test("another tenant's secret is missing for every verb and for its tools", async () => {
  await putSecret(ctx, "OWN", { value: "own-value" });
  const other = await freshTenant();
  expect(await refusal(getSecret(other, "OWN"))).toBe("not_found");
  expect(await refusal(deleteSecret(other, "OWN", unused))).toBe("not_found");
  expect(await refusal(putSecret(other, "OWN", { description: "x" }))).toBe("invalid_request");
  expect((await listSecrets(other, {})).items).toEqual([]);
  await expect(secretValue(other.tenantId, "OWN", null)).rejects.toThrow(/no secret "OWN"/);
  expect(await secretValue(ctx.tenantId, "OWN", null)).toBe("own-value");
});

test("each verb needs its permission", async () => {
  const reader = tenantCtx(ctx.tenantId, ["secrets:read"]);
  const writer = tenantCtx(ctx.tenantId, ["secrets:write"]);
  expect(await refusal(putSecret(reader, "X", { value: "some-value" }))).toBe("insufficient_scope");
  expect(await refusal(deleteSecret(reader, "X", unused))).toBe("insufficient_scope");
  expect(await refusal(getSecret(writer, "X"))).toBe("insufficient_scope");
  expect(await refusal(listSecrets(writer, {}))).toBe("insufficient_scope");
});

test.each([
  ["a name with a dash", "A-B", { value: "some-value" }],
  ["a name that starts with a digit", "1A", { value: "some-value" }],
  ["an empty value", "EMPTY", { value: "" }],
  ["a value with U+0000", "NUL", { value: "a\0b" }],
  ["half of a surrogate pair", "HALF", { value: "\ud800" }],
  ["a value that is too long", "LONG", { value: "x".repeat(65_537) }],
  ["a new secret without a value", "NONE", { description: "x" }],
])("%s is refused with what to change", async (_name, name, input) => {
  const error = await putSecret(ctx, name, input).catch((reason: unknown) => reason);
  expect(code(error)).toBe("invalid_request");
  expect(JSON.stringify((error as AppError).errors ?? null)).not.toContain("xxx");
});

test("ids that no secret can have are missing ones", async () => {
  for (const name of ["", "a\0b", "é", "x".repeat(300)]) {
    expect(await refusal(getSecret(ctx, name))).toBe("not_found");
    expect(await refusal(deleteSecret(ctx, name, unused))).toBe("not_found");
  }
});

test("a list goes page by page in the order of names, and finds a part of a name in either case", async () => {
  const own = await freshTenant();
  for (const name of ["B_KEY", "A_TOKEN", "C_TOKEN"])
    await putSecret(own, name, { value: "value" });
  const first = await listSecrets(own, { limit: 2 });
  const second = await listSecrets(own, { limit: 2, cursor: first.next ?? "" });
  expect([first, second].map(({ items }) => items.map(({ name }) => name))).toEqual([
    ["A_TOKEN", "B_KEY"],
    ["C_TOKEN"],
  ]);
  expect(second.next).toBeNull();
  const found = await listSecrets(own, { search: "token" });
  expect(found.items.map(({ name }) => name)).toEqual(["A_TOKEN", "C_TOKEN"]);
});

test("of secrets created at the same time none is one too many, and those that are there still rotate", async () => {
  const own = await freshTenant();
  await fillWith(own, 497);
  const outcomes = await Promise.all(
    Array.from({ length: 6 }, (_, index) =>
      refusal(putSecret(own, `LATE_${index}`, { value: "late-value" })),
    ),
  );
  expect(outcomes.filter((outcome) => outcome === "no refusal")).toHaveLength(3);
  expect(outcomes.filter((outcome) => outcome === "limit_exceeded")).toHaveLength(3);
  expect((await putSecret(own, "S_1", { value: "rotated-value" })).version).toBe(2);
});

async function fillWith(own: Ctx, count: number): Promise<void> {
  const sealed = seal(keyring(), own.tenantId, "filler-value");
  const by = { principalType: "key", principalId: "key_test" };
  const rows = Array.from({ length: count }, (_, index) => ({
    ...{ tenantId: own.tenantId, name: `S_${index}`, valueSealed: sealed, ...by },
  }));
  await withTenant(own.tenantId, (tx) => tx.insert(secrets).values(rows));
}

test("one name created twice at the same time is one secret of two versions", async () => {
  const outcomes = await Promise.all(
    ["first-value", "second-value"].map((value) => putSecret(ctx, "RACE", { value })),
  );
  expect(outcomes.map(({ version }) => version).sort()).toEqual([1, 2]);
  const { items } = await listAudit(ctx, { limit: 50 });
  const told = items.filter(({ target_id }) => target_id === "RACE").map(({ action }) => action);
  expect(told.sort()).toEqual(["secret.create", "secret.rotate"]);
});

test("a rotation by another process takes effect here with its notice", async () => {
  const own = await freshTenant();
  await putSecret(own, "ROTATED", { value: "before-rotation" });
  expect(await secretValue(own.tenantId, "ROTATED", null)).toBe("before-rotation");
  const sealed = seal(keyring(), own.tenantId, "after-rotation");
  const notice = JSON.stringify({ topic: secretTopic, key: own.tenantId });
  // What another process commits: its row and its notice, in one transaction of its own connection.
  await database().owner.begin(async (sql) => {
    await sql`update secrets set value_sealed = ${sealed} where tenant_id = ${own.tenantId}`;
    await sql`select pg_notify('tausestack', ${notice})`;
  });
  await expect.poll(() => secretValue(own.tenantId, "ROTATED", null)).toBe("after-rotation");
});

test("the last use is written late, once for many, by a role that cannot read the values", async () => {
  const own = await freshTenant();
  await putSecret(own, "USED", { value: "used-value" });
  await putSecret(own, "IDLE", { value: "idle-value" });
  for (let use = 0; use < 5; use++) await secretValue(own.tenantId, "USED", null);
  expect((await getSecret(own, "USED")).last_used_at).toBeNull();
  await flushSecretUses();
  const used = await getSecret(own, "USED");
  expect(Date.parse(used.last_used_at ?? "")).toBeGreaterThan(Date.now() - 60_000);
  expect((await getSecret(own, "IDLE")).last_used_at).toBeNull();
  await expect(platformStatement("select value_sealed from secrets", [])).rejects.toThrow(
    /permission denied/,
  );
});
