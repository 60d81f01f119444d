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

const api = { ...resource, type: "api", driver: "api" as const, uri: "https://api.example/v1" };
const bucket = { ...resource, type: "file", driver: "bucket" as const, uri: "s3://docs/a" };

test.each([
  ["database", resource, {}],
  [
    "database",
    resource,
    { write_login: { user: "w", password_secret: "W" }, statement_timeout_ms: 5 },
  ],
  ["bucket", bucket, { access_key_id_secret: "ID", secret_access_key_secret: "KEY" }],
  [
    ...(["bucket", bucket] as const),
    {
      ...{ endpoint: "http://s3.example", region: "eu-west-1", path_style: true },
      ...{ access_key_id_secret: "ID", secret_access_key_secret: "KEY" },
    },
  ],
  ["folder", { ...bucket, driver: "folder" as const, uri: "file:///a" }, {}],
  ["api", api, {}],
  ["api", api, { auth: { type: "bearer", secret: "T" }, allow: [] }],
  ["api", api, { auth: { type: "header", name: "X-Key", secret: "T" }, timeout_ms: 100 }],
  [
    ...(["api", api] as const),
    {
      auth: { type: "basic", username: "u", password_secret: "P" },
      allow: [{ path: "/orders/*" }, { path: "/*", methods: ["GET", "HEAD"] }],
      deployment: { method: "PUT", path: "/deploys", body: { ref: null } },
    },
  ],
])("a connection of a %s that is opened and saved stays the same", (_kind, of, connection) => {
  const values = toResourceValues({ ...of, connection });
  expect(resourceForm.parse(values).input.connection).toEqual(connection);
});

test("only the connection of the kind that type and address choose is read", () => {
  const values = toResourceValues(resource);
  const moved = { ...values, type: "file", uri: "file:///a" };
  expect(resourceForm.parse(moved).input.connection).toEqual({});
  expect(resourceForm.parse({ ...moved, uri: "notes://a" }).input.connection).toEqual({});
});

test.each<[string, object, object]>([
  ["connection.database.max_rows", resource, { max_rows: 0 }],
  ["connection.database.read_login.password_secret", resource, { read_login: { user: "r" } }],
  ["connection.bucket.secret_access_key_secret", bucket, { access_key_id_secret: "ID" }],
  [
    "connection.bucket.endpoint",
    bucket,
    { endpoint: "ftp://x", access_key_id_secret: "ID", secret_access_key_secret: "KEY" },
  ],
  [
    "connection.api.auth.secret",
    api,
    { auth: { type: "basic", username: "u", password_secret: "" } },
  ],
  ["connection.api.auth.name", api, { auth: { type: "header", name: "Host", secret: "S" } }],
  ["connection.api.allow.1.key", api, { allow: [{ path: "/a" }, { path: "b" }] }],
  ["connection.api.allow.0.value", api, { allow: [{ path: "/a", methods: ["SEND"] }] }],
  ["connection.api.deployment.path", api, { deployment: { path: "/../x" } }],
])("a mistake at %s stands at that field", (at, of, connection) => {
  const values = toResourceValues({ ...(of as Resource), connection: { ...connection } });
  const paths = resourceForm.safeParse(values).error?.issues.map(({ path }) => path.join("."));
  expect(new Set(paths)).toEqual(new Set([at]));
});
