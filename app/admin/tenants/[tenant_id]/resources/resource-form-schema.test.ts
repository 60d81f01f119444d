import { expect, test } from "vitest";
import type { Resource } from "#lib/resources/schema.ts";
import { resourceForm, toResourceValues } from "./resource-form-schema.ts";

const resource: Resource = {
  resource_id: "crm",
  name: "CRM",
  title: "Customers",
  type: "database",
  uri: "postgres://crm:[secret]@db.example/crm",
  source: "https://crm:[secret]@api.example/crm",
  mime_type: "application/json",
  description: "Customers",
  icons: [{ src: "https://example.com/i.png" }],
  annotations: { audience: ["user"], priority: 0.5 },
  metadata: { pool: 5 },
  access_permissions: ["read", "admin"],
  driver: "database",
  connection: { read_login: { user: "reader", password_secret: "PASSWORD" }, max_rows: 50 },
  health_check_minutes: 15,
  is_template: false,
  size: 10,
  sha256: "00",
  tenant_id: "acme",
  created_at: "2026-11-22T00:00:00.000Z",
  updated_at: "2026-11-22T00:00:00.000Z",
};

const { tenant_id: _, created_at: __, updated_at: ___, ...shown } = resource;
const { is_template: ____, size: _____, sha256: ______, driver: _______, ...input } = shown;

test("a resource that is opened and saved stays the same, its hidden password's mask, its connection and its content included", () => {
  expect(resourceForm.parse(toResourceValues(resource))).toEqual({ input, file: null });
});

test("a content is replaced by a text, a file in a request of its own, or nothing", () => {
  const values = toResourceValues(resource, "old");
  expect(values.text).toBe("old");
  const parsed = (change: object) => resourceForm.parse({ ...values, ...change });
  expect(parsed({ content: "text", text: "new" }).input.content).toEqual({ text: "new" });
  expect(parsed({ content: "none" }).input.content).toBeNull();
  const file = new File(["a"], "a.png", { type: "image/png" });
  const typed = parsed({ content: "file", file });
  expect(typed.input).not.toHaveProperty("content");
  expect([typed.input.mime_type, typed.file?.type]).toEqual([null, "application/json"]);
  expect(parsed({ content: "file", file, mime_type: "" }).file).toBe(file);
  const issues = resourceForm.safeParse({ ...values, content: "file" }).error?.issues;
  expect(issues?.map(({ path }) => path)).toEqual([["file"]]);
});

test("the API's own complaints stand at the fields that they are about", () => {
  const values = { ...toResourceValues(resource), source: "ftp://x", mime_type: "text" };
  const issues = resourceForm.safeParse(values).error?.issues;
  expect(issues?.map(({ path }) => path.join("."))).toEqual(["source", "mime_type"]);
});

test("each mistake stands at its own field", () => {
  const values = {
    ...toResourceValues(undefined),
    access_permissions: "read, Write!",
    metadata: "[]",
  };
  const paths = resourceForm.safeParse(values).error?.issues.map((issue) => issue.path.join("."));
  expect(paths).toEqual(["resource_id", "name", "type", "uri", "access_permissions", "metadata"]);
});

test("a mistake within the connection is told with its place", () => {
  const values = { ...toResourceValues(resource), connection: '{"max_rows": 0}' };
  const issues = resourceForm.safeParse(values).error?.issues;
  expect(issues).toMatchObject([{ path: ["connection"], message: "max_rows: must be at least 1" }]);
});
