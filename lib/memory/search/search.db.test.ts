import { beforeAll, expect, test } from "vitest";
import { database } from "#db/client.ts";
import { useTestDatabase } from "#db/testing/clone.ts";
import { configureTenant } from "#lib/admin/tenants.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { freshTenant, platformCtx, tenantCtx } from "#lib/testing/context.ts";
import { placeOf } from "../items/testing.ts";
import { deleteItem, putItem } from "../items/verbs.ts";
import { reindexItems } from "./reindex.ts";
import { searchItems } from "./search.ts";

useTestDatabase();

let ctx: Ctx;
let other: Ctx;

beforeAll(async () => {
  [ctx, other] = await Promise.all([freshTenant(), freshTenant()]);
  const said = {
    invoice: "The customer wants invoices by mail on Fridays",
    tea: { likes: ["green tea", "white tea"], city: "Bogotá" },
    support: "Customer support in the evening",
    "customer/42": { plan: "gold", since: 2019 },
  };
  for (const [key, content] of Object.entries(said)) await putItem(ctx, placeOf(key), { content });
  await putItem(other, placeOf("secret"), { content: "invoices of the other tenant" });
});

async function found(of: Ctx, query: string, rest = {}): Promise<string[]> {
  return (await searchItems(of, { query, ...rest })).items.map(({ key }) => key);
}

test("what has all of the words comes before what has some, and neither is another tenant's", async () => {
  const keys = await found(ctx, "customer invoices");
  expect(keys[0]).toBe("invoice");
  expect(keys.slice(1).sort()).toEqual(["customer/42", "support"]);
  expect(await found(other, "customer invoices")).toEqual(["secret"]);
  expect(await found(ctx, "secret")).toEqual([]);
});

test("words are found in keys, names and nested values, without regard to accents or case", async () => {
  expect(await found(ctx, "42")).toContain("customer/42");
  expect(await found(ctx, "GOLD")).toEqual(["customer/42"]);
  expect(await found(ctx, "bogota")).toEqual(["tea"]);
  expect(await found(ctx, "Bogotá")).toEqual(["tea"]);
  expect((await found(ctx, '"white tea" -gold'))[0]).toBe("tea");
});

test("a misspelt word finds what is meant, where the server can, and the answer says how", async () => {
  const answer = await searchItems(ctx, { query: "invocie" });
  expect(answer.similar).toBe("available");
  expect(answer.items[0]).toMatchObject({ key: "invoice", found_by: ["similar"] });
  expect(answer).toMatchObject({ semantic: "unavailable", semantic_reason: expect.any(String) });
});

test.each(["' | '=t", "a & b | !c", "<->", "((", "\\", "'", "\0", "  ", "%_", "🙂".repeat(300)])(
  "the query %j is words and no syntax",
  async (query) => {
    await putItem(other, placeOf("odd"), { content: query });
    for (const { tenant } of (await searchItems(ctx, { query })).items.map((item) => ({
      tenant: item.key,
    }))) {
      expect(["odd", "secret"]).not.toContain(tenant);
    }
  },
);

test("Spanish and English words are found by their stems, in the language of the tenant", async () => {
  const es = await freshTenant({ mcp_config: { memory_language: "spanish" } });
  await putItem(es, placeOf("k"), { content: "Los clientes prefieren canciones alegres" });
  expect(await found(es, "cliente")).toEqual(["k"]);
  expect(await found(es, "canción")).toEqual(["k"]);
  const en = await freshTenant({ mcp_config: { memory_language: "english" } });
  await putItem(en, placeOf("k"), { content: "She was running with friends" });
  expect(await found(en, "run friend")).toEqual(["k"]);
});

test("a tenant that changes its language finds its memories by it after the job", async () => {
  const changed = await freshTenant();
  await putItem(changed, placeOf("k"), { content: "reservations" });
  await putItem(changed, placeOf("l"), { content: "nothing" });
  await configureTenant(platformCtx(), {
    ...{ tenant_id: changed.tenantId, name: "x", mcp_config: { memory_language: "english" } },
  });
  expect(await reindexItems(changed)).toBe(2);
  expect(await reindexItems(changed)).toBe(0);
  const answer = await searchItems(changed, { query: "reservation" });
  expect(answer).toMatchObject({
    language: "english",
    items: [{ found_by: ["all_words", "some_words", "similar"] }],
  });
});

test("filters narrow by agent, namespace, tags and time, with words and without", async () => {
  const own = await freshTenant();
  for (const [key, agent, space, tags] of [
    ["a", "ada", "n1", ["x", "y"]],
    ["b", "ada", "n2", ["x"]],
    ["c", "bob", "n1", ["x", "it's"]],
  ] as const) {
    await putItem(own, placeOf(key, agent, space), { content: "word", tags: [...tags] });
  }
  const sorted = async (rest: object, query = "word") => (await found(own, query, rest)).sort();
  expect(await sorted({})).toEqual(["a", "b", "c"]);
  for (const query of ["word", ""]) {
    expect(await sorted({ agent_id: "ada" }, query)).toEqual(["a", "b"]);
    expect(await sorted({ namespace: "n1" }, query)).toEqual(["a", "c"]);
    expect(await sorted({ tags: ["x", "y"] }, query)).toEqual(["a"]);
    expect(await sorted({ tags: ["it's"] }, query)).toEqual(["c"]);
    expect(await sorted({ tags: ["x"], agent_id: "bob" }, query)).toEqual(["c"]);
    expect(await sorted({ updated_before: "2001-01-01T00:00:00Z" }, query)).toEqual([]);
    expect(await sorted({ updated_after: "2001-01-01T00:00:00Z" }, query)).toHaveLength(3);
  }
  await deleteItem(own, placeOf("a", "ada", "n1"));
  expect(await sorted({ namespace: "n1" })).toEqual(["c"]);
});

test("of a word that thousands of entries have the newest are found", async () => {
  const many = await freshTenant();
  await fill(many.tenantId, 3_000);
  await putItem(many, placeOf("newest"), { content: "common" });
  const answer = await searchItems(many, { query: "common", limit: 5 });
  expect(answer.items).toHaveLength(5);
  expect(answer.items.map(({ key }) => key)).toContain("newest");
});

test("a search needs its permission", async () => {
  const writer = tenantCtx(ctx.tenantId, ["memory:write"]);
  await expect(searchItems(writer, { query: "x" })).rejects.toMatchObject({
    code: "insufficient_scope",
  });
});

async function fill(tenantId: string, entries: number): Promise<void> {
  await database().owner`
    insert into memory_items (tenant_id, item_id, agent_id, namespace, key, content, updated_at,
      document, head)
    select ${tenantId}, 'i' || n, 'agent', 'n', 'k' || n, '"common"',
      now() - make_interval(secs => n + 60),
      array_to_tsvector(array['=t ' || ${tenantId}, '=a agent', '=n n'])
        || to_tsvector('simple', 'common'), 'k' || n || ' common'
    from generate_series(1, ${entries}::int) n`;
}
