import fc from "fast-check";
import { expect, test } from "vitest";
import { FairQueue } from "./fair-queue.ts";

const any = () => true;

test("tenants take turns, whatever each has waiting", () => {
  const queue = new FairQueue<string>();
  for (const item of ["a1", "a2", "a3", "b1", "c1", "b2"]) queue.push(item[0] ?? "", item);
  const taken = Array.from({ length: 7 }, () => queue.take(any));
  expect(taken).toEqual(["a1", "b1", "c1", "a2", "b2", "a3", undefined]);
});

test("a tenant that may not go keeps its place, and what comes first goes first", () => {
  const queue = new FairQueue<string>();
  for (const item of ["a1", "b1"]) queue.push(item[0] ?? "", item);
  queue.push("b", "b0", "first");
  expect(queue.take((tenant) => tenant !== "a")).toBe("b0");
  expect(queue.take(any)).toBe("a1");
  expect(queue.remove("b", "b1")).toBe(true);
  expect(queue.remove("b", "b1")).toBe(false);
  expect([queue.size, queue.waitingOf("b")]).toEqual([0, 0]);
});

test("between two turns of a tenant, no other that waits has more than one", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 60 }), (tenants) => {
      const queue = new FairQueue<string>();
      for (const tenant of tenants) queue.push(tenant, tenant);
      const order = tenants.map(() => queue.take(any) ?? "");
      expect([...order].sort()).toEqual([...tenants].sort());
      for (const [at, tenant] of order.entries()) {
        const next = order.indexOf(tenant, at + 1);
        const between = order.slice(at + 1, next < 0 ? undefined : next);
        if (next >= 0) expect(new Set(between).size).toBe(between.length);
      }
    }),
  );
});
