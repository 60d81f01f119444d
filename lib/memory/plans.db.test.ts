import { beforeAll, expect, test } from "vitest";
import { database } from "#db/client.ts";
import { useTestDatabase } from "#db/testing/clone.ts";
import { freshTenant } from "#lib/testing/context.ts";
import { pageTexts, selectItem } from "./items/read.ts";
import { selectSpaces } from "./items/spaces.ts";
import { similarText, texts } from "./search/candidates.ts";
import { labelQuery } from "./search/labels.ts";
import { selectFound } from "./search/search.ts";

useTestDatabase();

interface Node {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  Plans?: Node[];
}

let tenantId: string;

/** Enough tenants and entries that no plan but one by an index is the cheapest. */
beforeAll(async () => {
  const { owner } = database();
  const tenants = await Promise.all(Array.from({ length: 20 }, () => freshTenant()));
  tenantId = tenants[3]?.tenantId ?? "";
  for (const each of tenants) {
    await owner`
      insert into memory_items (tenant_id, item_id, agent_id, namespace, key, content, document, head)
      select ${each.tenantId}, 'i' || n, 'agent ' || n % 10, 'n' || n % 3, 'k' || n, '"x"',
        array_to_tsvector(array['=t ' || ${each.tenantId}, '=a agent ' || n % 10])
          || to_tsvector('simple', 'common word' || n % 500), 'k' || n || ' common word' || n % 500
      from generate_series(1, 2000) n`;
  }
  await owner`analyze memory_items`;
}, 120_000);

function nodesOf(plan: Node): Node[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

/** The plan that a prepared statement of the role gets for any parameters. */
async function planOf(role: string, text: string, values: string[]): Promise<Node[]> {
  return database().owner.begin(async (sql) => {
    await sql.unsafe(`set local role ${role}`);
    await sql`select set_config('app.tenant_id', ${tenantId}, true),
      set_config('plan_cache_mode', 'force_generic_plan', true)`;
    await sql.unsafe(`prepare hot as ${text}`);
    const [row] = await sql.unsafe(
      `explain (format json) execute hot(${values.map((value) => (value === "null" ? value : `'${value.replaceAll("'", "''")}'`)).join(", ")})`,
    );
    await sql.unsafe("deallocate hot");
    const told: unknown = row?.["QUERY PLAN"];
    const [first] = (typeof told === "string" ? JSON.parse(told) : told) as { Plan: Node }[];
    return nodesOf((first as { Plan: Node }).Plan);
  }) as Promise<Node[]>;
}

const labels = () =>
  labelQuery(tenantId, { places: null, agentId: undefined, namespace: undefined, tags: [] });
const search = () => [tenantId, "simple", "word7", labels(), "null", "null", "20"];

const app = "tausestack_app";
const platform = "tausestack_platform";

test.each([
  ["reading an item", app, selectItem, () => [tenantId, "null", "agent 1", "n1", "k1"], "place"],
  ["a page of a tenant", app, pageTexts.tenant.live, () => page("", "", ""), "place"],
  ["a page of an agent", app, pageTexts.agent.live, () => page("agent 1", "", ""), "place"],
  [
    "a page of a namespace",
    app,
    pageTexts.namespace.live,
    () => page("agent 1", "n1", ""),
    "place",
  ],
  ["the namespaces", app, selectSpaces, () => [tenantId], "place"],
  ["what was found", app, selectFound, () => [tenantId, "null", "{i1,i2}"], "tenant_id_item_id_pk"],
  ["all words", platform, texts.all_words.index, search, "words"],
  ["some words", platform, texts.some_words.index, search, "words"],
  ["filters", platform, texts.filters.index, search, "words"],
  [
    "words alike",
    platform,
    similarText,
    () => [tenantId, "{wrod}", labels(), "null", "null", "20"],
    "similar",
  ],
])("%s goes by its index and reads no table through", async (_, role, text, values, index) => {
  const nodes = await planOf(role, text, values());
  const names = nodes.flatMap((node) => node["Index Name"] ?? []);
  expect(names).toContain(`memory_items_${index}`);
  const through = nodes.filter(
    (node) => node["Node Type"] === "Seq Scan" && node["Relation Name"] === "memory_items",
  );
  expect(through).toEqual([]);
});

test("the newest of many are found by the index of times", async () => {
  const session = await database().owner.reserve();
  const scans = async () => {
    await session`select pg_stat_force_next_flush()`;
    const [row] = await session`
      select (select idx_scan from pg_stat_user_indexes
          where indexrelname = 'memory_items_newest')::int as newest,
        (select sum(idx_scan) from pg_stat_user_indexes where relname = 'memory_items')::int as all,
        (select seq_scan from pg_stat_user_tables where relname = 'memory_items')::int as through`;
    return row as unknown as { newest: number; all: number; through: number };
  };
  const before = await scans();
  await session.unsafe("set role tausestack_platform");
  const found = await session.unsafe(texts.all_words.newest, [
    ...[tenantId, "simple", "word7", labels(), null, null, 20],
  ]);
  await session.unsafe("reset role");
  const after = await scans();
  session.release();
  expect(found.length).toBeGreaterThan(0);
  expect(after).toEqual({ ...before, newest: before.newest + 1, all: before.all + 1 });
});

function page(agent: string, namespace: string, key: string): string[] {
  return [
    ...[tenantId, "null", "51", agent, namespace, key],
    ...["null", "null", "null", "null", "null", "null"],
  ];
}
