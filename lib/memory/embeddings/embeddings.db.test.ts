import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { database } from "#db/client.ts";
import { useVectorDatabase } from "#db/testing/pgvector.ts";
import { withTenant } from "#db/transaction.ts";
import { configureTenant } from "#lib/admin/tenants.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import type { ConfigureTenantInput } from "#lib/tenants/schema.ts";
import { freshTenant, platformCtx } from "#lib/testing/context.ts";
import { flushLedger } from "#lib/usage/ledger.ts";
import { eraseMemory } from "../erasure.ts";
import { bulkItems } from "../items/bulk.ts";
import { actingFor, placeOf } from "../items/testing.ts";
import { eraseItem, undeleteItem } from "../items/trash.ts";
import { deleteItem, putItem } from "../items/verbs.ts";
import { embedMemories } from "../jobs.ts";
import { searchItems } from "../search/search.ts";
import { exportMemory } from "../transfer/export.ts";
import { embeddingsSettled, stopEmbedding } from "./background.ts";
import { embedPending } from "./embed-pending.ts";
import { findNear } from "./find.ts";
import { indexName, makeNearIndexes } from "./indexes.ts";
import { type EmbeddingServer, embeddedBy, startEmbeddingServer } from "./testing.ts";
import { vectorText } from "./text.ts";

// One session in WebAssembly: statements of a busy machine take their time.
vi.setConfig({ testTimeout: 60_000 });
useVectorDatabase();

let far: EmbeddingServer;
beforeAll(async () => {
  far = await startEmbeddingServer();
});
afterAll(async () => {
  await stopEmbedding();
  await far.listening.close();
});
beforeEach(() => {
  Object.assign(far, { asked: [], last: null, refuse: null, poison: null, dimensions: 256 });
});

const embedded = () => freshTenant(embeddedBy(far));

async function vectorsOf({ tenantId }: Ctx) {
  return database().owner`
    select item_id, model, dimensions, content_hash from memory_embeddings
    where tenant_id = ${tenantId} order by item_id`;
}

/** As if the time had come to try again what failed. */
async function makeDue({ tenantId }: Ctx): Promise<void> {
  const { owner } = database();
  await owner`update memory_embedding_queue set due_at = now() where tenant_id = ${tenantId}`;
  await owner`update memory_embedding_states set retry_at = null where tenant_id = ${tenantId}`;
}

async function put(ctx: Ctx, contents: Record<string, unknown>): Promise<void> {
  const operations = Object.entries(contents).map(([key, content]) => ({
    ...{ op: "set" as const, agent_id: "ada", key, content },
  }));
  await bulkItems(ctx, { operations });
  await embeddingsSettled();
}

const said = {
  travel: "She drives an automobile to work",
  billing: "The customer wants every bill by mail",
  breakfast: "Green tea and toast",
};

test("an entry is found by its meaning where no word of it was asked for, and ranked with the others", async () => {
  const ctx = await embedded();
  await put(ctx, said);
  const answer = await searchItems(ctx, { query: "car" });
  expect(answer).toMatchObject({ semantic: "used", semantic_reason: null, semantic_pending: 0 });
  expect(answer.items[0]).toMatchObject({ key: "travel", found_by: ["meaning"] });
  const both = await searchItems(ctx, { query: "invoices for the customer" });
  expect(both.items[0]).toMatchObject({ key: "billing" });
  expect(both.items[0]?.found_by).toEqual(expect.arrayContaining(["some_words", "meaning"]));
  expect(await searchItems(ctx, {})).toMatchObject({
    semantic: "not_asked",
    semantic_pending: null,
  });
});

test("items are embedded after the commit, many in a request, with the tenant's key, priced in the ledger", async () => {
  const ctx = await embedded();
  await put(ctx, Object.fromEntries(Array.from({ length: 70 }, (_, n) => [`k${n}`, `word ${n}`])));
  expect(far.asked.map((texts) => texts.length).sort()).toEqual([6, 64]);
  expect(far.last).toEqual({ authorization: "Bearer sk-embedding-key", model: "embedding-small" });
  expect(await vectorsOf(ctx)).toHaveLength(70);
  await flushLedger();
  const events = await database().owner`
    select kind, name, provider, model, status, tokens_in::int as tokens, cost_micros::int as cost
    from usage_events where tenant_id = ${ctx.tenantId} and kind = 'ai_call'`;
  expect(events).toHaveLength(2);
  for (const { tokens, cost, ...rest } of events) {
    expect(cost).toBe(tokens);
    expect(rest).toEqual({
      ...{ kind: "ai_call", name: "memory.embedding", provider: "house" },
      ...{ model: "embedding-small", status: "ok" },
    });
  }
});

test("a change of the text is embedded anew, and a change of anything else asks nobody", async () => {
  const ctx = await embedded();
  await put(ctx, { travel: said.travel });
  const [before] = await vectorsOf(ctx);
  await putItem(ctx, placeOf("travel"), { content: said.travel, importance: 90 });
  await embeddingsSettled();
  expect(far.asked).toHaveLength(1);
  await putItem(ctx, placeOf("travel"), { content: "She sold it" });
  await embeddingsSettled();
  expect(far.asked).toHaveLength(2);
  const [after] = await vectorsOf(ctx);
  expect(after?.content_hash).not.toBe(before?.content_hash);
  expect(await embedPending(ctx)).toBe(false);
});

test("while the model does not answer, entries are found by their words and the answer says why", async () => {
  const ctx = await embedded();
  far.refuse = 503;
  await put(ctx, said);
  const answer = await searchItems(ctx, { query: "toast" });
  expect(answer).toMatchObject({ semantic: "failed", semantic_pending: 3 });
  expect(answer.semantic_reason).toContain("house");
  expect(answer.semantic_reason).not.toContain("sk-embedding-key");
  expect(answer.items.map(({ key }) => key)).toEqual(["breakfast"]);
  const { length } = far.asked;
  // Nobody is asked again before the time has come.
  expect(await embedPending(ctx)).toBe(false);
  expect(far.asked).toHaveLength(length);
  far.refuse = null;
  const behind = await searchItems(ctx, { query: "car" });
  expect(behind).toMatchObject({ semantic: "used", semantic_pending: 3, items: [] });
  expect(behind.semantic_reason).toContain("503");
  await makeDue(ctx);
  await embedMemories();
  await embeddingsSettled();
  expect(await searchItems(ctx, { query: "car" })).toMatchObject({
    ...{ semantic_pending: 0, semantic_reason: null, items: [{ key: "travel" }] },
  });
});

test("a text that the model refuses hinders no other one for long", async () => {
  const ctx = await embedded();
  far.poison = "toast";
  await put(ctx, said);
  for (let round = 0; round < 5; round++) {
    await makeDue(ctx);
    await embedPending(ctx);
  }
  expect(await vectorsOf(ctx)).toHaveLength(2);
  expect(await searchItems(ctx, { query: "car" })).toMatchObject({ semantic_pending: 1 });
});

test("a model that hangs is waited for three seconds at most", async () => {
  const ctx = await embedded();
  await put(ctx, said);
  far.refuse = 0;
  const answer = await searchItems(ctx, { query: "toast" });
  expect(answer).toMatchObject({ semantic: "failed", items: [{ key: "breakfast" }] });
  expect(answer.semantic_reason).toContain("3000 ms");
});

test("another model has all entries embedded anew, and none forgets the vectors", async () => {
  const ctx = await embedded();
  await put(ctx, said);
  far.dimensions = 128;
  const { tenantId: tenant_id } = ctx;
  const configure = (config: object) =>
    configureTenant(platformCtx(), { ...embeddedBy(far), tenant_id, name: "x", ...config });
  await configure(embeddedBy(far, "large"));
  // Vectors of the one before are compared with nothing meanwhile.
  expect(await searchItems(ctx, { query: "car" })).toMatchObject({ semantic: "used", items: [] });
  await embedMemories();
  await embeddingsSettled();
  const vectors = await vectorsOf(ctx);
  expect(vectors.map(({ model, dimensions }) => [model, dimensions])).toEqual(
    Array(3).fill(["house/embedding-large", 128]),
  );
  expect((await searchItems(ctx, { query: "car" })).items).toHaveLength(1);
  await configure({ mcp_config: {} });
  expect(await searchItems(ctx, { query: "car" })).toMatchObject({
    ...{ semantic: "no_model", semantic_pending: null, semantic_reason: expect.any(String) },
  });
  await embedMemories();
  await embeddingsSettled();
  expect(await vectorsOf(ctx)).toEqual([]);
});

test("entries that were there before the tenant had a model are embedded too", async () => {
  const ctx = await freshTenant();
  await putItem(ctx, placeOf("travel"), { content: said.travel });
  const config = { tenant_id: ctx.tenantId, name: "x", ...embeddedBy(far) };
  await configureTenant(platformCtx(), config);
  await embedMemories();
  await embeddingsSettled();
  expect((await searchItems(ctx, { query: "car" })).items).toMatchObject([{ key: "travel" }]);
});

test("filters and an agent's reach hold for what is found by meaning", async () => {
  const ctx = await embedded();
  await put(ctx, said);
  await putItem(ctx, placeOf("other", "bob", "trips"), { content: "a vehicle", tags: ["fleet"] });
  await embeddingsSettled();
  const keys = async (of: Ctx, filter: object) =>
    (await searchItems(of, { query: "car", ...filter })).items.map(({ key }) => key).sort();
  expect(await keys(ctx, {})).toEqual(["other", "travel"]);
  expect(await keys(ctx, { agent_id: "bob" })).toEqual(["other"]);
  expect(await keys(ctx, { namespace: "trips" })).toEqual(["other"]);
  expect(await keys(ctx, { tags: ["fleet"] })).toEqual(["other"]);
  expect(await keys(ctx, { updated_before: "2020-01-01T00:00:00Z" })).toEqual([]);
  expect(await keys(actingFor(ctx, "bob"), {})).toEqual(["other"]);
  expect(await keys(actingFor(ctx, "eve"), {})).toEqual([]);
});

test("what is in the trash is not found, and erasures leave no vector", async () => {
  const ctx = await embedded();
  await put(ctx, said);
  await putItem(ctx, placeOf("about"), { content: "a vehicle", subject_id: "person-1" });
  await putItem(ctx, placeOf("bobs", "bob"), { content: "a vehicle" });
  await embeddingsSettled();
  await deleteItem(ctx, placeOf("travel"));
  const keys = async () =>
    (await searchItems(ctx, { query: "car" })).items.map(({ key }) => key).sort();
  expect(await keys()).toEqual(["about", "bobs"]);
  await undeleteItem(ctx, placeOf("travel"));
  expect(await keys()).toEqual(["about", "bobs", "travel"]);
  expect(await vectorsOf(ctx)).toHaveLength(5);
  await eraseItem(ctx, placeOf("travel"));
  await eraseMemory(ctx, { subject_id: "person-1" });
  await eraseMemory(ctx, { agent_id: "bob" });
  expect(await vectorsOf(ctx)).toHaveLength(2);
  expect(await keys()).toEqual([]);
});

test("an export has no vectors", async () => {
  const ctx = await embedded();
  await put(ctx, { travel: said.travel });
  let text = "";
  for await (const part of await exportMemory(ctx, {})) text += part;
  const { type, content, embedding } = JSON.parse(text);
  expect({ type, content, embedding }).toEqual({ type: "item", content: said.travel });
});

test("the vectors of one tenant are neither found nor read nor written by another", async () => {
  const [ctx, other] = await Promise.all([embedded(), embedded()]);
  await put(ctx, said);
  expect(await searchItems(other, { query: "car" })).toMatchObject({ semantic: "used", items: [] });
  const [vector] = await vectorsOf(ctx);
  const run = (tenantId: string, text: string) => withTenant(tenantId, (tx) => tx.execute(text));
  expect(await run(other.tenantId, "select * from memory_embeddings")).toHaveLength(0);
  expect(await run(ctx.tenantId, "select * from memory_embeddings")).toHaveLength(3);
  const planted = run(
    other.tenantId,
    `insert into memory_embeddings values
      ('${ctx.tenantId}', '${vector?.item_id}', 'm', 1, 'h', '[1]')`,
  );
  await expect(planted).rejects.toMatchObject({ cause: { code: "42501" } });
  const gone = await run(other.tenantId, "delete from memory_embeddings returning 1");
  expect(gone).toHaveLength(0);
  const [table] = await database().owner`
    select relrowsecurity and relforcerowsecurity as forced,
      (select array_agg(conkey::text order by contype) from pg_constraint
        where conrelid = 'memory_embeddings'::regclass and contype in ('p', 'f')) as keys
    from pg_class where oid = 'memory_embeddings'::regclass`;
  expect(table).toEqual({ forced: true, keys: ["{1,2}", "{1,2}"] });
});

test("a model that the tenant's providers do not have is refused when it is configured", async () => {
  const refused = (memory_embedding: string, ai_providers: ConfigureTenantInput["ai_providers"]) =>
    expect(freshTenant({ mcp_config: { memory_embedding }, ai_providers })).rejects.toMatchObject({
      code: "invalid_request",
      errors: [{ pointer: "/mcp_config/memory_embedding" }],
    });
  await refused("openai/text-embedding-3-small", []);
  await refused("anthropic/any", ["anthropic"]);
  await refused("", ["openai"]);
});

test("the index of vectors finds what a comparison with all finds, among those of other tenants", async () => {
  far.dimensions = 16;
  const [ctx, other] = await Promise.all([embedded(), embedded()]);
  const texts = (of: string) =>
    Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [
        `k${n}`,
        `${of} w${n % 7} w${n % 11} w${n % 13} x${n}`,
      ]),
    );
  await put(other, texts("other"));
  await put(ctx, texts("mine"));
  await makeNearIndexes(20);
  const { owner } = database();
  const scans = async () => {
    const [row] = await owner`
      select idx_scan::int as scans from pg_stat_user_indexes where indexrelname = ${indexName(16)}`;
    return row?.scans as number | undefined;
  };
  expect(await scans()).toBe(0);
  const vector = Array.from({ length: 16 }, (_, n) => Math.sin(n + 1));
  const filter = {
    ...{ places: null, agentId: undefined, namespace: undefined, tags: [] },
    ...{ after: null, before: null, most: 10 },
  };
  const query = {
    ...{ model: "house/embedding-small", vector: vectorText(vector), dimensions: 16, filter },
  };
  const exact = await findNear(ctx, query, false);
  expect(exact).toHaveLength(10);
  expect((await findNear(ctx, query, true)).sort()).toEqual(exact.sort());
  await owner`select pg_stat_force_next_flush()`;
  expect(await scans()).toBeGreaterThan(0);
  // A second round finds it made.
  await makeNearIndexes(20);
});
