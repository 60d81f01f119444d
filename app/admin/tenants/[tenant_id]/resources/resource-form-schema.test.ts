import { expect, test } from "vitest";
import type { Resource } from "#lib/resources/schema.ts";
import { resourceForm, toResourceValues } from "./resource-form-schema.ts";

const resource: Resource = {
  resource_id: "crm",
  name: "CRM",
  type: "database",
  uri: "postgres://crm:[secret]@db.example/crm",
  description: "Customers",
  metadata: { pool: 5 },
  access_permissions: ["read", "admin"],
  tenant_id: "acme",
  created_at: "2026-11-22T00:00:00.000Z",
  updated_at: "2026-11-22T00:00:00.000Z",
};

test("a resource that is opened and saved stays the same, its hidden password's mask included", () => {
  const { tenant_id: _, created_at: __, updated_at: ___, ...input } = resource;
  expect(resourceForm.parse(toResourceValues(resource))).toEqual(input);
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
