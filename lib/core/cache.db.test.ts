import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { database } from "#db/client.ts";
import { useTestDatabase } from "#db/testing/clone.ts";
import { withPlatform } from "#db/transaction.ts";
import { announce, announceHere, type Change, onChange, startBus } from "./bus.ts";
import { type Cache, createCache } from "./cache.ts";

useTestDatabase();

let stop: () => Promise<void>;
beforeAll(async () => {
  stop = await startBus();
});
afterAll(() => stop());

interface Counted {
  load: number;
}

/** A cache of its own, whose values tell which load they come from. */
function counting(options: { ttlMs?: number; maxEntries?: number; takesMs?: number } = {}) {
  const name = randomBytes(6).toString("hex");
  let loads = 0;
  const cache: Cache<Counted> = createCache({
    name,
    topic: name,
    maxEntries: options.maxEntries ?? 10,
    ttlMs: options.ttlMs ?? 60_000,
    async load() {
      const load = ++loads;
      await new Promise((resolve) => setTimeout(resolve, options.takesMs ?? 1));
      return { load };
    },
  });
  return { cache, topic: name, loads: () => loads };
}

test("however many ask at the same time, a value is loaded once and kept", async () => {
  const { cache, loads } = counting();
  await Promise.all(Array.from({ length: 100 }, () => cache.get("a")));
  await cache.get("a");
  expect([loads(), cache.peek("a")]).toEqual([1, { load: 1 }]);
  await cache.get("b");
  expect(loads()).toBe(2);
});

test("a change of the key drops it; one of another key or topic does not", async () => {
  const { cache, topic } = counting();
  await cache.get("a");
  announceHere({ topic, key: "b" });
  announceHere({ topic: "other", key: "a" });
  expect(await cache.get("a")).toEqual({ load: 1 });
  announceHere({ topic, key: "a" });
  expect(await cache.get("a")).toEqual({ load: 2 });
});

test("a load that a change overtakes is not kept, since it may have read the old row", async () => {
  const { cache, topic } = counting({ takesMs: 30 });
  const early = cache.get("a");
  announceHere({ topic, key: "a" });
  const late = cache.get("a");
  expect([await early, await late]).toEqual([{ load: 1 }, { load: 2 }]);
  expect(await cache.get("a")).toEqual({ load: 2 });
});

test("a load that fails is tried again by the next caller", async () => {
  let fails = true;
  const name = randomBytes(6).toString("hex");
  const cache = createCache<Counted>({
    ...{ name, topic: name, maxEntries: 10, ttlMs: 1000 },
    load: async () => {
      if (fails) throw new Error("not now");
      return { load: 1 };
    },
  });
  await expect(cache.get("a")).rejects.toThrow("not now");
  fails = false;
  expect(await cache.get("a")).toEqual({ load: 1 });
});

test("a cache is bounded, and its entries end", async () => {
  const { cache } = counting({ maxEntries: 2, ttlMs: 40 });
  for (const key of ["a", "b", "c"]) await cache.get(key);
  expect(["a", "b", "c"].filter((key) => cache.peek(key))).toHaveLength(2);
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(cache.peek("c")).toBeUndefined();
});

async function heard(change: Change, within: () => Promise<unknown>): Promise<number> {
  let times = 0;
  const forget = onChange((one) => {
    if (one !== "everything" && one.topic === change.topic && one.key === change.key) times += 1;
  });
  try {
    await within();
    await new Promise((resolve) => setTimeout(resolve, 150));
    return times;
  } finally {
    forget();
  }
}

test("a change is announced when its transaction commits, and not when it is undone", async () => {
  const change = { topic: "test", key: 'é "quoted" \u{1f600}' };
  expect(await heard(change, () => withPlatform((tx) => announce(tx, change)))).toBe(1);
  const undone = withPlatform(async (tx) => {
    await announce(tx, change);
    throw new Error("undone");
  });
  expect(await heard(change, () => undone.catch(() => undefined))).toBe(0);
});

test("after the listening connection was lost every cache starts anew, and changes are heard again", async () => {
  const { cache, topic } = counting();
  await cache.get("a");
  await database().owner`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and query ilike 'listen%'`;
  await expect.poll(() => cache.peek("a"), { timeout: 5000 }).toBeUndefined();
  const change = { topic, key: "a" };
  await expect
    .poll(() => heard(change, () => withPlatform((tx) => announce(tx, change))), { timeout: 5000 })
    .toBe(1);
});

test("a notice that is no JSON harms nothing", async () => {
  await database().owner.notify("tausestack", "{");
  const change = { topic: "test", key: "after" };
  expect(await heard(change, () => withPlatform((tx) => announce(tx, change)))).toBe(1);
});
