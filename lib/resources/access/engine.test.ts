import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Conditions, isHiddenColumn, isWithin, type Use } from "./conditions.ts";
import { type Access, ceilingOf, type Grant, grantedAccess, openAccess, waysTo } from "./engine.ts";

const now = 1_000_000;
const words = ["read", "write", "admin", "export"];
const subjects = ["key:a", "agent:a", "role:viewer", "member:m"];
const paths = ["", "a", "a/b", "a/b/c", "ab", "b", "a/..", "a//b", "a/./b", "../a"];
const tables = ["t", "u", "v"];
const columns = ["t.x", "t.y", "s.t.x", "u.x", "t.X"];

const conditions: fc.Arbitrary<Conditions> = fc.record(
  {
    path_prefix: fc.constantFrom("a", "a/b", "b"),
    tables: fc.uniqueArray(fc.constantFrom(...tables), { minLength: 1 }),
    columns_hidden: fc.uniqueArray(fc.constantFrom("x", "t.y", "s.t.x"), { minLength: 1 }),
    max_rows: fc.integer({ min: 1, max: 5 }),
  },
  { requiredKeys: [] },
);

const use: fc.Arbitrary<Use> = fc.record(
  {
    path: fc.constantFrom(...paths),
    tables: fc.uniqueArray(fc.constantFrom(...tables)),
    columns: fc.uniqueArray(fc.constantFrom(...columns)),
    rows: fc.integer({ min: 0, max: 6 }),
  },
  { requiredKeys: [] },
);

const grants: fc.Arbitrary<Grant[]> = fc
  .array(
    fc.record({
      resourceId: fc.constant("r"),
      subject: fc.constantFrom(...subjects),
      permissions: fc.uniqueArray(fc.constantFrom(...words)),
      conditions,
      expiresAt: fc.constantFrom(null, now - 1, now, now + 1),
    }),
    { maxLength: 8 },
  )
  .map((all) => all.map((grant, index) => ({ ...grant, grantId: `grant_${index}` })));

const ceiling = fc.uniqueArray(fc.constantFrom(...words)).map(ceilingOf);
const names = fc.uniqueArray(fc.constantFrom(...subjects)).map((all) => new Set(all));

const permitted = (access: Access, permission: string, of: Use) =>
  waysTo(access, permission, of).length > 0;

/** A question, and all that is needed to answer it. */
const question = fc.record({ ceiling, grants, names, use, permission: fc.constantFrom(...words) });

/** What each condition leaves of the samples, written out, so that it rests on none of the code. */
const within: Record<string, string[]> = {
  a: ["a", "a/b", "a/b/c"],
  "a/b": ["a/b", "a/b/c"],
  b: ["b"],
};
const hides: Record<string, string[]> = {
  x: ["t.x", "s.t.x", "u.x", "t.X"],
  "t.y": ["t.y"],
  "s.t.x": ["s.t.x"],
};

function isPermitted({ path_prefix, tables, columns_hidden, max_rows }: Conditions, of: Use) {
  const hidden = columns_hidden?.flatMap((each) => hides[each] ?? []) ?? [];
  const mistakes = [
    path_prefix !== undefined && of.path !== undefined && !within[path_prefix]?.includes(of.path),
    of.tables?.some((table) => tables && !tables.includes(table)),
    of.columns?.some((column) => hidden.includes(column)),
    (of.rows ?? 0) > (max_rows ?? 100),
  ];
  return !mistakes.includes(true);
}

/** What the engine should say, from the words of the definition alone. */
function isWanted(grant: Grant, { ceiling, names, permission, use }: Asked): boolean {
  const holds = grant.expiresAt === null || grant.expiresAt > now;
  const mine = names.has(grant.subject) && holds;
  const given = grant.permissions.includes(permission) && ceiling.has(permission);
  return mine && given && isPermitted(grant.conditions, use);
}

type Asked = typeof question extends fc.Arbitrary<infer T> ? T : never;

const ask = ({ ceiling, grants, names, permission, use }: Asked) =>
  permitted(grantedAccess(ceiling, grants, names, now), permission, use);

describe("whatever was granted", () => {
  test("a use is permitted if, and only if, one grant that applies permits all of it below the ceiling", () => {
    fc.assert(
      fc.property(question, (asked) => {
        expect(ask(asked)).toBe(asked.grants.some((grant) => isWanted(grant, asked)));
      }),
      { numRuns: 2_000 },
    );
  });

  test("the permissions are never more than the ceiling, nor than what the caller's grants name", () => {
    fc.assert(
      fc.property(question, ({ ceiling, grants, names }) => {
        const named = new Set(
          grants.filter(({ subject }) => names.has(subject)).flatMap((grant) => grant.permissions),
        );
        for (const word of grantedAccess(ceiling, grants, names, now).permissions) {
          expect(ceiling.has(word) && named.has(word)).toBe(true);
        }
      }),
    );
  });

  test("taking a grant away never permits more", () => {
    fc.assert(
      fc.property(question, fc.nat(), (asked, index) => {
        const fewer = asked.grants.filter((_, at) => at !== index % (asked.grants.length || 1));
        if (ask({ ...asked, grants: fewer })) expect(ask(asked)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test("a condition more, or a narrower one, never permits more", () => {
    fc.assert(
      fc.property(question, conditions, (asked, added) => {
        const bound = asked.grants.map((grant) => ({
          ...grant,
          conditions: { ...added, ...grant.conditions },
        }));
        if (ask({ ...asked, grants: bound })) expect(ask(asked)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test("a lower ceiling and fewer names never permit more", () => {
    fc.assert(
      fc.property(question, ceiling, names, (asked, otherCeiling, otherNames) => {
        const lower = {
          ...asked,
          ceiling: new Set([...asked.ceiling].filter((word) => otherCeiling.has(word))),
          names: new Set([...asked.names].filter((name) => otherNames.has(name))),
        };
        if (ask(lower)) expect(ask(asked)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test("an expired grant is as none", () => {
    fc.assert(
      fc.property(question, (asked) => {
        const alive = asked.grants.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
        expect(ask(asked)).toBe(ask({ ...asked, grants: alive }));
      }),
    );
  });

  test("the order of grants does not matter, to the ways neither", () => {
    fc.assert(
      fc.property(question, fc.infiniteStream(fc.nat()), (asked, random) => {
        const shuffled = [...asked.grants]
          .map((grant) => ({ grant, at: random.next().value }))
          .sort((a, b) => a.at - b.at)
          .map(({ grant }) => grant);
        const waysOf = (grants: Grant[]) =>
          waysTo(grantedAccess(asked.ceiling, grants, asked.names, now), asked.permission);
        expect(waysOf(shuffled)).toEqual(waysOf(asked.grants));
      }),
    );
  });
});

test("each condition, alone and with the others, permits what is written out for it and nothing else", () => {
  fc.assert(
    fc.property(conditions, use, (bound, of) => {
      const grant = { resourceId: "r", subject: "key:a", permissions: ["read"], conditions: bound };
      const access = grantedAccess(
        new Set(["read"]),
        [{ ...grant, grantId: "grant_1", expiresAt: null }],
        new Set(["key:a"]),
        now,
      );
      expect(permitted(access, "read", of)).toBe(isPermitted(bound, of));
    }),
    { numRuns: 3_000 },
  );
});

test("of two grants neither lends the other its tables, columns or rows", () => {
  const base = { resourceId: "r", subject: "key:a", permissions: ["read"], expiresAt: null };
  const both: Grant[] = [
    { ...base, grantId: "grant_1", conditions: { tables: ["t"], max_rows: 10 } },
    { ...base, grantId: "grant_2", conditions: { tables: ["u"], columns_hidden: ["secret"] } },
  ];
  const access = grantedAccess(new Set(["read"]), both, new Set(["key:a"]), now);
  expect(permitted(access, "read", { tables: ["t"], rows: 10 })).toBe(true);
  expect(permitted(access, "read", { tables: ["u"], rows: 1_000 })).toBe(true);
  expect(permitted(access, "read", { tables: ["t"], rows: 11 })).toBe(false);
  expect(permitted(access, "read", { tables: ["t", "u"] })).toBe(false);
  expect(permitted(access, "read", { tables: ["u"], columns: ["u.secret"] })).toBe(false);
});

test("a resource without a grant is open up to its ceiling, which is read where it names nothing", () => {
  expect([...openAccess(ceilingOf([])).permissions]).toEqual(["read"]);
  const access = openAccess(ceilingOf(["write", "export"]));
  expect([...access.permissions]).toEqual(["write", "export"]);
  expect(waysTo(access, "read")).toEqual([]);
  expect(waysTo(access, "export")).toMatchObject([{ grantId: null, conditions: {} }]);
});

test("the way with the fewest conditions comes first", () => {
  const base = { resourceId: "r", subject: "key:a", permissions: ["read"], expiresAt: null };
  const all: Grant[] = [
    { ...base, grantId: "grant_1", conditions: { tables: ["t"], max_rows: 10 } },
    { ...base, grantId: "grant_2", conditions: {} },
    { ...base, grantId: "grant_3", conditions: { max_rows: 10 } },
  ];
  const access = grantedAccess(new Set(["read"]), all, new Set(["key:a"]), now);
  expect(waysTo(access, "read").map(({ grantId }) => grantId)).toEqual([
    ...["grant_2", "grant_3", "grant_1"],
  ]);
});

test("a path is within a prefix by whole segments, and only if it says no more than they do", () => {
  expect(["a/b", "a/b/c"].map((path) => isWithin("a/b", path))).toEqual([true, true]);
  for (const path of ["", "a", "a/bc", "/a/b", "a/b/", "a/b/../c", "a/b/./c", "a//b", "a/b\\c"]) {
    expect([path, isWithin("a/b", path)]).toEqual([path, false]);
  }
});

test("a column is hidden by its name, its table's or its schema's, in any case of letters", () => {
  for (const hidden of ["ssn", "users.ssn", "public.users.SSN"]) {
    expect(isHiddenColumn([hidden], "public.users.ssn")).toBe(true);
  }
  for (const hidden of ["sn", "people.ssn", "x.public.users.ssn"]) {
    expect(isHiddenColumn([hidden], "public.users.ssn")).toBe(false);
  }
});
