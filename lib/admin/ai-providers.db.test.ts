import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { listAudit } from "#lib/audit/service.ts";
import { AppError } from "#lib/core/errors.ts";
import type { PutAiProviderInput } from "#lib/providers/entry-schema.ts";
import { getAiProvider, listAiProviders, testAiProvider } from "#lib/providers/service.ts";
import { json, type ModelServer, startModelServer, status } from "#lib/providers/testing.ts";
import { putSecret } from "#lib/secrets/service.ts";
import { getTenant } from "#lib/tenants/service.ts";
import { freshTenant, platformCtx, tenantCtx } from "#lib/testing/context.ts";
import { deleteAiProvider, putAiProvider } from "./ai-providers.ts";

useTestDatabase();

let far: ModelServer;
beforeAll(async () => {
  far = await startModelServer();
});
afterAll(() => far.listening.close());
afterEach(() => far.reset());

const platform = platformCtx();
const price = { input_micros: 250_000, output_micros: 2_000_000 };
const house: PutAiProviderInput = {
  ...{ type: "openai", base_url: "https://ai.example/v1", api_key_secret: "HOUSE_KEY" },
  ...{ models: { fast: "small-1" }, prices: { "small-1": price } },
};

async function failure(outcome: Promise<unknown>): Promise<AppError> {
  const error = await outcome.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

test("a provider is added, changed, listed and deleted, in its place, and the log has each", async () => {
  const ctx = await freshTenant({ ai_providers: ["openai", { provider: "anthropic" }] });
  const { tenantId } = ctx;
  const made = await putAiProvider(platform, tenantId, "house", house);
  expect(made).toEqual({ ...house, tenant_id: tenantId, name: "house", problem: null });
  await putAiProvider(platform, tenantId, "openai", { type: "openai", models: { quick: "mini" } });
  const listed = await listAiProviders(ctx);
  expect(listed.map(({ name, models }) => [name, models])).toEqual([
    ["openai", { quick: "mini" }],
    ["anthropic", {}],
    ["house", { fast: "small-1" }],
  ]);
  expect(listed[0]).toMatchObject({ base_url: null, api_key_secret: "OPENAI_API_KEY" });
  expect(await getAiProvider(ctx, "house")).toEqual(made);
  await deleteAiProvider(platform, tenantId, "house");
  expect((await listAiProviders(ctx)).map(({ name }) => name)).toEqual(["openai", "anthropic"]);
  const { items } = await listAudit(ctx, {});
  expect(items.slice(0, 3).map(({ action, target_id }) => [action, target_id])).toEqual([
    ["ai_provider.delete", "house"],
    ["ai_provider.update", "openai"],
    ["ai_provider.create", "house"],
  ]);
});

test("a change keeps an entry's further keys, and its own key until a secret is named", async () => {
  const old = { provider: "house", type: "openai", api_key: "sk-own", model: "m", rate_limit: 9 };
  const ctx = await freshTenant({ ai_providers: [{ ...old, base_url: "https://ai.example/v1" }] });
  const shown = await getAiProvider(ctx, "house");
  expect(shown).toMatchObject({ api_key_secret: null, models: { m: "m" }, problem: null });
  expect(JSON.stringify(shown)).not.toContain("sk-own");
  const { type = "openai", base_url, models } = shown;
  const entry = async () =>
    (await getTenant(tenantCtx(ctx.tenantId, ["tenants:read", "platform:read"]))).ai_providers[0];
  await putAiProvider(platform, ctx.tenantId, "house", {
    type: type ?? "openai",
    base_url,
    models,
  });
  const kept = { provider: "house", rate_limit: 9, name: "house", models: { m: "m" } };
  expect(await entry()).toMatchObject({ ...kept, api_key: "sk-own" });
  await putAiProvider(platform, ctx.tenantId, "house", house);
  expect(await entry()).toMatchObject({ rate_limit: 9, api_key_secret: "HOUSE_KEY" });
  expect(await entry()).not.toHaveProperty("api_key");
  const { items } = await listAudit(ctx, {});
  expect(JSON.stringify(items)).not.toContain("sk-own");
});

test("entries that no tool can use are listed with the reason", async () => {
  const entries = ["openai", { provider: "custom", rate_limit: 1 }, { name: "openai" }, "openai"];
  const ctx = await freshTenant({ ai_providers: entries });
  const problems = (await listAiProviders(ctx)).map(({ problem }) => problem);
  expect(problems).toEqual([
    null,
    expect.stringContaining("names no dialect"),
    expect.stringContaining("same name"),
    expect.stringContaining("same name"),
  ]);
});

test.each([
  [{ type: "magic" }, "/type"],
  [{ base_url: "ftp://ai.example" }, "/base_url"],
  [{ base_url: "https://a:b@ai.example" }, "/base_url"],
  [{ api_key_secret: "no name" }, "/api_key_secret"],
  [{ models: { "a b": "x" } }, "/models/a b"],
  [{ prices: { m: { input_micros: 0.5, output_micros: 1 } } }, "/prices/m/input_micros"],
  [{ prices: { m: { input_micros: -1, output_micros: 1 } } }, "/prices/m/input_micros"],
])("%j is refused at %s", async (wrong, pointer) => {
  const ctx = await freshTenant();
  const input = { ...house, ...wrong } as PutAiProviderInput;
  const error = await failure(putAiProvider(platform, ctx.tenantId, "house", input));
  expect(error.errors?.map((each) => each.pointer)).toEqual([pointer]);
});

test("a tenant has at most 50 providers, and none of a name that tools could not say", async () => {
  const many = Array.from({ length: 50 }, (_, at) => ({ name: `p${at}`, type: "openai" }));
  const ctx = await freshTenant({ ai_providers: many });
  const full = await failure(putAiProvider(platform, ctx.tenantId, "house", house));
  expect(full.code).toBe("limit_exceeded");
  expect(await putAiProvider(platform, ctx.tenantId, "p3", house)).toMatchObject({ name: "p3" });
  const bad = await failure(putAiProvider(platform, ctx.tenantId, "a/b", house));
  expect(bad.errors).toEqual([{ pointer: "/name", message: expect.any(String) }]);
});

test("only the operator changes providers, and what is not there is not found", async () => {
  const ctx = await freshTenant({ ai_providers: ["openai"] });
  const reader = platformCtx(["platform:read"]);
  const denied = [
    () => putAiProvider(reader, ctx.tenantId, "house", house),
    () => deleteAiProvider(reader, ctx.tenantId, "openai"),
    () => listAiProviders(tenantCtx(ctx.tenantId, ["tools:write"])),
    () => testAiProvider(tenantCtx(ctx.tenantId, ["tenants:read"]), "openai"),
  ];
  for (const each of denied) expect((await failure(each())).code).toBe("insufficient_scope");
  const missing = [
    () => putAiProvider(platform, "nobody-here", "house", house),
    () => deleteAiProvider(platform, ctx.tenantId, "house"),
    () => deleteAiProvider(platform, "nobody-here", "openai"),
    () => getAiProvider(ctx, "house"),
    () => testAiProvider(ctx, "house"),
  ];
  for (const each of missing) expect((await failure(each())).code).toBe("not_found");
  expect((await listAiProviders(ctx)).map(({ name }) => name)).toEqual(["openai"]);
});

test.each(["openai", "anthropic"] as const)(
  "a test tells the models of %s that the key may use, or what is wrong, without the key",
  async (type) => {
    const { url, host } = far.listening;
    const ctx = await freshTenant({ egress_allow: [host] });
    const base_url = type === "openai" ? `${url}/v1` : url;
    const given = { type, base_url, api_key_secret: "HOUSE_KEY" };
    await putAiProvider(platform, ctx.tenantId, "house", given);
    expect(await testAiProvider(ctx, "house")).toMatchObject({
      ...{ ok: false, error: expect.stringContaining("HOUSE_KEY") },
    });
    await putSecret(ctx, "HOUSE_KEY", { value: "sk-very-secret" });
    far.answers = [
      json({ object: "list", data: [{ id: "small-1" }, { id: "large-1" }] }),
      status(401, { error: { message: "Incorrect key: sk-very-secret" } }),
      json({ hello: "world" }),
    ];
    const good = await testAiProvider(ctx, "house");
    expect(good).toMatchObject({ ok: true, error: null, models: ["small-1", "large-1"] });
    expect(far.asked[0]).toMatchObject({ method: "GET" });
    expect(far.asked[0]?.url).toMatch(/^\/v1\/models/);
    const refused = await testAiProvider(ctx, "house");
    expect(refused).toMatchObject({ ok: false, error: expect.stringContaining("Incorrect key") });
    expect(refused.error).not.toContain("sk-very-secret");
    const strange = await testAiProvider(ctx, "house");
    expect(strange).toMatchObject({ ok: false, error: expect.stringContaining("something else") });
  },
);
