import { expect, test } from "vitest";
import { prefixedId, randomText, uuidv7 } from "./ids.ts";

test("ids are UUIDs of version 7 that carry their time, all different, in the order they were made", () => {
  const before = Date.now();
  const ids = Array.from({ length: 20_000 }, () => uuidv7());
  const after = Date.now();
  expect(new Set(ids).size).toBe(ids.length);
  expect([...ids].sort()).toEqual(ids);
  for (const id of [ids[0] ?? "", ids.at(-1) ?? ""]) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const time = Number.parseInt(id.replace("-", "").slice(0, 12), 16);
    expect(time).toBeGreaterThanOrEqual(before);
    // A burst of ids borrows from the milliseconds to come.
    expect(time).toBeLessThanOrEqual(after + 20);
  }
});

test("ids of a kind say so and keep the order", () => {
  const ids = Array.from({ length: 1000 }, () => prefixedId("tool"));
  expect(ids[0]).toMatch(/^tool_[0-9a-f]{32}$/);
  expect([...ids].sort()).toEqual(ids);
});

test("random text has the length asked for and uses the whole alphabet", () => {
  const text = randomText(10_000);
  expect(text).toMatch(/^[0-9A-Za-z]{10000}$/);
  expect(new Set(text).size).toBe(62);
  expect(randomText(43)).not.toBe(randomText(43));
});
