import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonDiff } from "./json-diff.ts";

test.each([
  [{ a: 1 }, { a: 1 }, []],
  [{ a: 1 }, { a: 2 }, [{ pointer: "/a", kind: "changed", old: 1, new: 2 }]],
  [{ a: 1 }, {}, [{ pointer: "/a", kind: "removed", old: 1 }]],
  [{}, { "a/b~": null }, [{ pointer: "/a~1b~0", kind: "added", new: null }]],
  [{ a: [1, 2] }, { a: [1] }, [{ pointer: "/a/1", kind: "removed", old: 2 }]],
  [{ a: {} }, { a: [] }, [{ pointer: "/a", kind: "changed", old: {}, new: [] }]],
  [null, { a: 1 }, [{ pointer: "", kind: "changed", old: null, new: { a: 1 } }]],
  [0, -0, []],
])("from %j to %j is %j", (from, to, changes) => {
  expect(jsonDiff(from, to, 10)).toEqual({ changes, truncated: false });
});

test("a key that is a prototype's is compared like any other", () => {
  const from = JSON.parse('{"__proto__": {"x": 1}}');
  expect(jsonDiff(from, {}, 10).changes).toEqual([
    { pointer: "/__proto__", kind: "removed", old: { x: 1 } },
  ]);
});

test("more changes than are asked for are cut off, and that is said", () => {
  const { changes, truncated } = jsonDiff({}, { a: 1, b: 2, c: 3 }, 2);
  expect([changes.length, truncated]).toEqual([2, true]);
});

test("a value differs from itself in nothing, and from another value in something", () => {
  const json = fc.jsonValue();
  fc.assert(
    fc.property(json, json, (a, b) => {
      expect(jsonDiff(a, structuredClone(a), 5).changes).toEqual([]);
      const isSame = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
      expect(jsonDiff(a, b, 5).changes.length === 0).toBe(isSame);
    }),
  );
});

/** Objects are equal whatever the order of their keys. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, inner]) => [`key ${key}`, sorted(inner)]).concat([["object", null]]);
}
