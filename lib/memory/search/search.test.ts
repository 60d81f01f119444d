import { expect, test } from "vitest";
import { mergePatch } from "../items/merge-patch.ts";
import { fuse } from "./fuse.ts";
import { labelQuery } from "./labels.ts";
import { fold, searchTextOf } from "./words.ts";

test.each([
  [{ a: "b" }, { a: "c" }, { a: "c" }],
  [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
  [{ a: "b" }, { a: null }, {}],
  [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
  [{ a: ["b"] }, { a: "c" }, { a: "c" }],
  [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
  [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
  [
    ["a", "b"],
    ["c", "d"],
    ["c", "d"],
  ],
  [{ a: "b" }, ["c"], ["c"]],
  [{ a: "foo" }, null, null],
  [{ a: "foo" }, "bar", "bar"],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: "b", c: null }, { a: "b" }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])("RFC 7396: %j patched with %j is %j", (target, patch, result) => {
  expect(mergePatch(target, patch)).toEqual(result);
});

test("a merge patch of __proto__ is a member like any other and reaches no prototype", () => {
  const patch = JSON.parse('{"__proto__": {"polluted": true}}');
  const merged = mergePatch({}, patch) as object;
  expect(JSON.stringify(merged)).toBe('{"__proto__":{"polluted":true}}');
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test("accents and what PostgreSQL cannot hold are folded away, in entries and queries alike", () => {
  expect(fold("Canción del PINGÜINO\0 año \ud800")).toBe("Cancion del PINGUINO ano \ufffd");
});

test("of a JSON value its texts, numbers and names are words, up to a bound", () => {
  const { title, body, head } = searchTextOf({
    ...{ key: "customer_42", tags: ["vip"] },
    content: { city: "Bogotá", rooms: [3, true, null, { pool: "heated" }] },
  });
  expect(title).toBe("customer_42 customer 42 vip");
  expect(body).toBe("city Bogota rooms 3 pool heated");
  expect(head).toBe("customer_42 customer 42 vip city bogota rooms 3 pool heated");
  const long = searchTextOf({ key: "k", tags: [], content: Array(30_000).fill("word") });
  expect(long.body.length).toBeLessThanOrEqual(50_000);
});

test("the labels of a filter are quoted, so that no name widens it", () => {
  const filter = { places: null, namespace: undefined, tags: ["it's | \\x"] };
  expect(labelQuery("t", { ...filter, agentId: "a' | '=t other" })).toBe(
    "'=t t' & '=a a'' | ''=t other' & '=g it''s | \\\\x'",
  );
  const places = [
    { agentId: "a", namespace: null },
    { agentId: "b", namespace: "n" },
  ];
  expect(labelQuery("t", { ...filter, tags: [], places, agentId: undefined })).toBe(
    "'=t t' & ('=a a' | ('=a b' & '=n n'))",
  );
});

test("what stands in several lists comes before what leads one", () => {
  const fused = fuse([
    ["words", ["a", "b", "c"]],
    ["similar", ["c", "b"]],
  ]);
  expect(fused.map(({ id }) => id)).toEqual(["c", "b", "a"]);
  expect(fused[0]?.foundBy).toEqual(["words", "similar"]);
});
