import { hash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { connect, database, useDatabase } from "../db/client.ts";
import { startEmbedded } from "../db/embedded.ts";
import { migrate } from "../db/migrate.ts";
import { configureTenant } from "../lib/admin/tenants.ts";
import { systemCtx, systemTenantCtx } from "../lib/auth/identity.ts";
import type { Ctx } from "../lib/core/ctx.ts";
import { getItem } from "../lib/memory/items/read.ts";
import { putItem } from "../lib/memory/items/verbs.ts";
import { searchItems } from "../lib/memory/search/search.ts";
import { getMemory, registerMemory } from "../lib/memory/service.ts";
import { flushLedger } from "../lib/usage/ledger.ts";

/**
 * Memory by its verbs, in one process on an embedded cluster: get, set and search in one large
 * tenant, then in tenants of a thousand among ever more of them.
 */
const { values } = parseArgs({
  options: {
    entries: { type: "string", default: "100000" },
    tenants: { type: "string", default: "1000" },
    each: { type: "string", default: "1000" },
    operations: { type: "string", default: "400" },
    /** Of one operation in one setting; what took longer is told of what was measured until then. */
    seconds: { type: "string", default: "60" },
  },
});
const entries = Number(values.entries);
const tenants = Number(values.tenants);
const each = Number(values.each);
const operations = Number(values.operations);
const mostMs = Number(values.seconds) * 1000;

/** Words of a vocabulary in which some are common and most are rare, as in real text. */
const words = 5_000;

async function addTenant(tenantId: string, count: number): Promise<Ctx> {
  await configureTenant(systemCtx("bench"), { tenant_id: tenantId, name: tenantId });
  await database().owner`
    insert into memory_items (tenant_id, item_id, agent_id, namespace, key, content, document, head,
      updated_at)
    select ${tenantId}, 'i' || n, 'agent' || n % 20, 'n' || n % 5, 'k' || n, to_json(said.text),
      array_to_tsvector(array['=t ' || ${tenantId}, '=a agent' || n % 20, '=n n' || n % 5])
        || setweight(to_tsvector('simple', 'k' || n), 'A')
        || setweight(to_tsvector('simple', said.text), 'B'),
      'k' || n || ' ' || said.text, now() - make_interval(secs => n)
    from generate_series(1, ${count}::int) n, lateral (
      select string_agg(left(md5(floor(${words} * power(random(), 3))::int::text), 7), ' ') as text
      from generate_series(1, 15 + n % 10)
    ) said`;
  return systemTenantCtx("bench", tenantId);
}

const pick = (count: number) => 1 + Math.floor(Math.random() * count);
const anyWord = () => hash("md5", String(Math.floor(words * Math.random() ** 2))).slice(0, 7);

/** Two letters in each other's place. */
function misspelt(): string {
  const [a = "", b = "", c = "", d = "", ...rest] = anyWord();
  return [a, b, d, c, ...rest].join("");
}

function placeOf(n: number) {
  return { agentId: `agent${n % 20}`, namespace: `n${n % 5}`, key: `k${n}` };
}

type Operation = (ctx: Ctx, count: number) => Promise<unknown>;

const measured: Record<string, Operation> = {
  "get document": (ctx) => getMemory(ctx, "agent"),
  "register document": (ctx) => registerMemory(ctx, { agent_id: "agent", context: { a: 1 } }),
  get: (ctx, count) => getItem(ctx, placeOf(pick(count))),
  "set, there": (ctx, count) =>
    putItem(ctx, placeOf(pick(count)), { content: `${anyWord()} ${anyWord()} ${anyWord()}` }),
  "set, new": (ctx) =>
    putItem(ctx, placeOf(1e9 + pick(1e9)), { content: `${anyWord()} ${anyWord()}` }),
  "search, a word": (ctx) => searchItems(ctx, { query: anyWord() }),
  "search, two words": (ctx) => searchItems(ctx, { query: `${anyWord()} ${anyWord()}` }),
  "search, misspelt": (ctx) => searchItems(ctx, { query: misspelt() }),
  "search, agent": (ctx) => searchItems(ctx, { query: anyWord(), agent_id: "agent3" }),
};

/** The middle time of each operation in a setting. */
type Medians = Map<string, number>;

async function measure(title: string, parties: readonly Ctx[], count: number): Promise<Medians> {
  const heads = ["p50 ms", "p95 ms", "measured"].map((head) => head.padStart(10)).join("");
  console.log(`\n${title}\n${"operation".padEnd(20)}${heads}`);
  const medians: Medians = new Map();
  for (const ctx of parties) await registerMemory(ctx, { agent_id: "agent" });
  for (const [name, run] of Object.entries(measured)) {
    const times: number[] = [];
    const endsAt = performance.now() + mostMs;
    for (let n = 0; n < operations + 20 && performance.now() < endsAt; n++) {
      const ctx = parties[n % parties.length] as Ctx;
      const startedAt = performance.now();
      await run(ctx, count);
      // The first ones prepare their statements.
      if (n >= 20) times.push(performance.now() - startedAt);
    }
    times.sort((a, b) => a - b);
    const at = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN;
    medians.set(name, at(0.5));
    const figures = [at(0.5).toFixed(1), at(0.95).toFixed(1), String(times.length)];
    console.log(name.padEnd(20) + figures.map((figure) => figure.padStart(10)).join(""));
  }
  return medians;
}

/** How many times as long the middle operation takes in one setting as in another. */
function compare(title: string, after: Medians, before: Medians): void {
  console.log(`\n${title}`);
  for (const [name, ms] of after) {
    console.log(`${name.padEnd(20)}${(ms / (before.get(name) ?? Number.NaN)).toFixed(2)} ×`);
  }
}

const dir = mkdtempSync(join(tmpdir(), "tausestack-bench-"));
const cluster = await startEmbedded({ dir });
try {
  await migrate(cluster.url);
  useDatabase(await connect({ url: cluster.url }));
  const one = await addTenant("alone", each);
  await database().owner`analyze memory_items`;
  const alone = await measure(`one tenant of ${each}, alone`, [one], each);
  const large = await addTenant("large", entries);
  await database().owner`analyze memory_items`;
  const largeAlone = await measure(`one tenant of ${entries}`, [large], entries);
  const many: Ctx[] = [];
  for (let n = 0; n < tenants; n++) many.push(await addTenant(`t${n}`, each));
  await database().owner`analyze memory_items`;
  const title = `${tenants} tenants of ${each} and one of ${entries}`;
  const among = await measure(title, many, each);
  const largeAmong = await measure(`the one of ${entries} among them`, [large], entries);
  compare(`${entries} entries against ${each}, p50`, largeAlone, alone);
  compare(`a tenant of ${each} among ${tenants} against one alone, p50`, among, alone);
  compare(`the one of ${entries} among ${tenants} against alone, p50`, largeAmong, largeAlone);
  await flushLedger();
  await database().close();
} finally {
  await cluster.release();
  rmSync(dir, { recursive: true, force: true });
}
