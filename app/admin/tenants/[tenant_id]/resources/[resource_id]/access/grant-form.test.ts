import { expect, test } from "vitest";
import type { ResourceGrant } from "#lib/resources/access/schema.ts";
import { grantForm, grantValues } from "./grant-form.ts";
import type { SubjectOptions } from "./load-subjects.ts";
import { anotherId } from "./subject-form.ts";

const options: SubjectOptions = {
  role: [{ value: "viewer", label: "viewer" }],
  member: [],
  key: [{ value: "key_1", label: "CI" }],
  agent: [],
  client: [],
};

const grant: ResourceGrant = {
  grant_id: "grant_1",
  resource_id: "crm",
  subject: { type: "key", id: "key_1" },
  permissions: ["read", "export"],
  conditions: { path_prefix: "a/b", tables: ["t", "u"], columns_hidden: ["pin"], max_rows: 5 },
  expires_at: "2100-01-01T00:00:00.000Z",
  status: "active",
  granted_by: { type: "operator", id: "op_1" },
  created_at: "2026-01-01T00:00:00.000Z",
  updated_at: "2026-01-01T00:00:00.000Z",
};

const issuesOf = (values: unknown) =>
  grantForm(options)
    .safeParse(values)
    .error?.issues.map((issue) => issue.path.join("."));

test.each([
  ["of a key that is listed", grant.subject],
  ["of one that is not", { type: "key", id: "key_2" } as const],
  ["of a kind of which none is listed", { type: "agent", id: "robot" } as const],
])("a grant %s that is opened and saved stays the same", (_, subject) => {
  const edited = { ...grant, subject };
  const { permissions, conditions, expires_at } = grant;
  expect(grantForm(options, edited).parse(grantValues(options, edited))).toEqual({
    ...{ subject, permissions, conditions, expires_at },
  });
});

test("a new grant reads, without conditions and until it is revoked", () => {
  const values = { ...grantValues(options), other: "robot" };
  expect(grantForm(options).parse(values)).toEqual({
    ...{ subject: { type: "agent", id: "robot" }, permissions: ["read"] },
    ...{ conditions: {}, expires_at: null },
  });
});

test("a lifetime is counted from now", () => {
  const values = { ...grantValues(options), other: "robot", lifetime: "7" };
  const { expires_at } = grantForm(options).parse(values);
  expect(Math.abs(Date.parse(expires_at ?? "") - Date.now() - 7 * 86_400_000)).toBeLessThan(60_000);
});

test("each mistake is told at the field that is seen", () => {
  const values = grantValues(options);
  expect(issuesOf(values)).toEqual(["other"]);
  expect(issuesOf({ ...values, type: "role" })).toEqual(["id"]);
  expect(issuesOf({ ...values, type: "key", id: anotherId, other: "tsk_x" })).toEqual(["other"]);
  const named = { ...values, other: "robot" };
  expect(issuesOf({ ...named, permissions: [] })).toEqual(["permissions"]);
  expect(issuesOf({ ...named, own: "Export" })).toEqual(["own"]);
  expect(issuesOf({ ...named, path_prefix: "../x" })).toEqual(["path_prefix"]);
  expect(issuesOf({ ...named, max_rows: 0 })).toEqual(["max_rows"]);
});
