import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { withTenant } from "#db/transaction.ts";
import { configureTenant } from "#lib/admin/tenants.ts";
import { listAudit } from "#lib/audit/service.ts";
import { unseal } from "#lib/core/crypto.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { keyring } from "#lib/core/keyring.ts";
import { freshTenant, platformCtx, tenantCtx } from "#lib/testing/context.ts";
import { flushLedger } from "#lib/usage/ledger.ts";
import { reportUsage } from "#lib/usage/service.ts";
import type { RegisterResourceInput } from "./schema.ts";
import {
  deleteResource,
  getResource,
  listResources,
  registerResource,
  resourceTypes,
} from "./service.ts";

vi.hoisted(() => {
  process.env.TAUSESTACK_SECRET_KEY = Buffer.alloc(32, 7).toString("base64");
});

useTestDatabase();

const database: RegisterResourceInput = {
  resource_id: "crm",
  name: "CRM",
  type: "database",
  uri: "postgres://db.example:5432/crm",
  description: "Customers\nand their orders",
  metadata: { região: "são paulo", n: 9_007_199_254_740_991, deep: [{ a: [null, {}] }], nul: "\0" },
  access_permissions: ["read", "write"],
};

// Notes of reads are committed after the answer; the database must not close before.
afterAll(flushLedger);

let ctx: Ctx;
let other: Ctx;

beforeAll(async () => {
  [ctx, other] = await Promise.all([freshTenant(), freshTenant()]);
});

const stored = async (of: Ctx, id: string) => {
  const rows = await withTenant(of.tenantId, (tx) =>
    tx.execute(sql`select uri, uri_sealed from resources
      where tenant_id = ${of.tenantId} and resource_id = ${id}`),
  );
  return rows[0] as { uri: string; uri_sealed: string | null };
};

test("a resource is given back as it was registered", async () => {
  const registered = await registerResource(ctx, database);
  expect(registered).toEqual({
    ...database,
    ...{ title: null, source: null, mime_type: null, icons: [], annotations: {} },
    ...{ driver: "database", connection: {}, health_check_minutes: null },
    ...{ is_template: false, size: null, sha256: null },
    tenant_id: ctx.tenantId,
    created_at: expect.any(String),
    updated_at: registered.created_at,
  });
  expect(await getResource(ctx, "crm")).toEqual(registered);
});

test("registering again replaces everything but created_at, and both states are audited", async () => {
  await registerResource(ctx, { ...database, resource_id: "again" });
  const first = await getResource(ctx, "again");
  const second = await registerResource(ctx, {
    ...{ resource_id: "again", name: "B", type: "api", uri: "https://b.example" },
  });
  expect(second).toMatchObject({ description: "", metadata: {}, access_permissions: [] });
  expect(second.created_at).toBe(first.created_at);
  expect(second.updated_at >= first.updated_at).toBe(true);
  const { items } = await listAudit(ctx, { target_id: "again" });
  expect(items).toMatchObject([
    { action: "resource.update", before: { name: "CRM" }, after: { name: "B" } },
    { action: "resource.create", before: null, after: { name: "CRM" } },
  ]);
});

test("a deleted resource is gone, and what it was is audited", async () => {
  await registerResource(ctx, { ...database, resource_id: "brief" });
  await deleteResource(ctx, "brief");
  await expect(getResource(ctx, "brief")).rejects.toMatchObject({ code: "not_found" });
  await expect(deleteResource(ctx, "brief")).rejects.toMatchObject({ code: "not_found" });
  const { items } = await listAudit(ctx, { target_id: "brief" });
  expect(items[0]).toMatchObject({
    action: "resource.delete",
    before: { name: "CRM" },
    after: null,
  });
});

test("another tenant's resource and a missing one answer the same, whatever is asked of them", async () => {
  await registerResource(ctx, { ...database, resource_id: "mine" });
  for (const id of ["mine", "nowhere", "nul\0", "register", "x".repeat(300)]) {
    const message = `There is no resource "${id}".`;
    await expect(getResource(other, id)).rejects.toMatchObject({ code: "not_found", message });
    await expect(deleteResource(other, id)).rejects.toMatchObject({ code: "not_found", message });
  }
  await registerResource(other, { ...database, resource_id: "mine", name: "Theirs" });
  expect((await getResource(ctx, "mine")).name).toBe("CRM");
  expect((await listResources(other, {})).items.map((r) => r.name)).toEqual(["Theirs"]);
});

test("each verb needs its permission", async () => {
  const reader = tenantCtx(ctx.tenantId, ["resources:read"]);
  const writer = tenantCtx(ctx.tenantId, ["resources:write"]);
  for (const refused of [
    registerResource(reader, database),
    deleteResource(reader, "crm"),
    getResource(writer, "crm"),
    listResources(writer, {}),
    resourceTypes(reader),
  ]) {
    await expect(refused).rejects.toMatchObject({ code: "insufficient_scope", status: 403 });
  }
});

test("lists filter by type and page in the order of ids", async () => {
  const lister = await freshTenant();
  for (const id of ["b", "a", "ç d/e", "d", "c"]) {
    const type = id === "c" ? "file" : "api";
    await registerResource(lister, { resource_id: id, name: id, type, uri: `/${id}` });
  }
  const files = await listResources(lister, { resource_type: "file" });
  expect(files.items.map((r) => r.resource_id)).toEqual(["c"]);
  expect((await listResources(lister, { resource_type: "none" })).items).toEqual([]);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listResources(lister, { limit: 2, cursor, resource_type: "api" });
    seen.push(...page.items.map((r) => r.resource_id));
    expect(page.items.length).toBeLessThanOrEqual(2);
    cursor = page.next ?? undefined;
  } while (cursor);
  expect(seen).toEqual(
    (await listResources(lister, { resource_type: "api" })).items.map((r) => r.resource_id),
  );
  expect(new Set(seen)).toEqual(new Set(["a", "b", "d", "ç d/e"]));
  expect(await resourceTypes(lister)).toEqual(["api", "file"]);
});

test("permissions are words, each once, in the order given", async () => {
  const words = ["read", "write", "admin", "deploy", "delete", "audit", "read", "x_1-y"];
  const registered = await registerResource(ctx, { ...database, access_permissions: words });
  expect(registered.access_permissions).toEqual([...new Set(words)]);
});

test("what MCP can say of a resource reads back as it was given, and registering without it resets it", async () => {
  const said = {
    title: "Clientes",
    source: "https://api.example.com/orders/{id}",
    mime_type: "application/json",
    icons: [{ src: "https://example.com/i.png", theme: "dark" as const }],
    annotations: { audience: ["assistant" as const], priority: 1 },
  };
  const input = { ...database, resource_id: "said", uri: "orders://{id}" };
  const made = await registerResource(ctx, { ...input, ...said });
  expect(made).toMatchObject({ ...said, is_template: true });
  expect(await registerResource(ctx, made)).toMatchObject({ ...said, is_template: true });
  expect(await registerResource(ctx, input)).toMatchObject({
    ...{ title: null, source: null, mime_type: null, icons: [], annotations: {} },
  });
});

test.each<[string, Partial<RegisterResourceInput>]>([
  ["/title", { title: "two\nlines" }],
  ["/uri", { uri: "orders://{+path}" }],
  ["/source", { source: "ftp://example.com" }],
  ["/source", { source: "https:///example.com" }],
  ["/source", { uri: "a://{h}", source: "https://{h}/x" }],
  ["/source", { source: "https://example.com/{id}" }],
  ["/mime_type", { mime_type: "text" }],
  ["/icons/0/src", { icons: [{ src: "javascript:alert(1)" }] }],
  ["/annotations/priority", { annotations: { priority: 2 } }],
  ["/annotations/audience/0", { annotations: { audience: ["robot" as never] } }],
  ["/annotations/lastModified", { annotations: { lastModified: "yesterday" } }],
  ["/content", { content: { text: "a", blob: "YQ==" } as never }],
  ["/content/blob", { content: { blob: "not base64!" } }],
  ["/resource_id", { resource_id: "register" }],
  ["/resource_id", { resource_id: "a\u0000" }],
  ["/name", { name: "" }],
  ["/name", { name: "two\nlines" }],
  ["/type", { type: "" }],
  ["/uri", { uri: "" }],
  ["/uri", { uri: "file:///a\u0000b" }],
  ["/uri", { uri: `/${"x".repeat(2000)}` }],
  ["/uri", { uri: "\ud800" }],
  ["/description", { description: "\0" }],
  ["/metadata", { metadata: [] as never }],
  ["/access_permissions/0", { access_permissions: ["Read"] }],
  ["/access_permissions/1", { access_permissions: ["read", "read write"] }],
])("a mistake in %s is named: %j", async (pointer, mistake) => {
  const refused = registerResource(ctx, { ...database, ...mistake });
  await expect(refused).rejects.toMatchObject({ code: "invalid_request", errors: [{ pointer }] });
});

test.each([
  ["database", "postgres://crm:pa/ss@db.example/crm", "percent-encoded"],
  ["database", "postgres://", "must name a host"],
  ["database", "postgres:///crm", "must name a host"],
  ["database", "postgresql://u:%zz@db.example/crm", "two hexadecimal digits"],
  ["database", "postgres://u@db.example:99999/crm", "must be as in postgres://"],
  ["file", "file:///../x", "a folder within the tenant's own files"],
  ["file", "file:///a/./b", "a folder within the tenant's own files"],
  ["file", "file://host/a", "a folder within the tenant's own files"],
  ["file", "file:///a\\b", "a folder within the tenant's own files"],
  ["file", "s3://No_Such/a", "must be as in s3://bucket/prefix"],
  ["file", "s3:///a", "must be as in s3://bucket/prefix"],
  ["file", "s3://bucket/a/../b", "must be as in s3://bucket/prefix"],
  ["api", "https://", "must be an address as in https://"],
  ["api", "https://exa mple.com/v1", "must be an address as in https://"],
  ["api", "https://api.example:port/v1", "must be an address as in https://"],
])("a %s at %s is refused when it is written, and told what to change", async (type, uri, told) => {
  const refused = registerResource(ctx, { ...database, type, uri });
  await expect(refused).rejects.toMatchObject({
    ...{ code: "invalid_request", errors: [{ pointer: "/uri" }] },
    message: expect.stringContaining(told),
  });
});

test.each([
  ["database", "postgresql://premium.db.example.com:5432/premium_data"],
  ["database", "postgres://u:p@db.example/crm?sslmode=prefer&application_name=x"],
  ["database", "mysql://u:p/w@db.example"],
  ["database", "postgres://{host}/crm"],
  ["file", "/srv/../data"],
  ["file", "s3://premium-files.example.com/datos-cliente/"],
  ["file", "file:///"],
  ["file", "https://files.example/{name}"],
  ["api", "https://api.example/v1?key=1"],
  ["api", "grpc://"],
  ["archive", "file:///../x"],
])("a %s at %s is kept as it is", async (type, uri) => {
  const registered = await registerResource(ctx, { ...database, resource_id: "asis", type, uri });
  expect(registered.uri.split(":")[0]).toBe(uri.split(":")[0]);
});

describe("a URI with a password", () => {
  const uri = "vault://crm:p%40ss/w@rd@db.example/crm?sslpassword=hush";
  const shown = "vault://crm:[secret]@db.example/crm?sslpassword=[secret]";

  test("is read, listed and audited masked, and kept sealed for its tenant alone", async () => {
    const input = { ...database, resource_id: "sealed", uri: "redis://u:hunter2@c.example" };
    const masked = "redis://u:[secret]@c.example";
    expect((await registerResource(ctx, input)).uri).toBe(masked);
    expect((await getResource(ctx, "sealed")).uri).toBe(masked);
    const row = await stored(ctx, "sealed");
    expect(row.uri).toBe(masked);
    expect(unseal(keyring(), ctx.tenantId, row.uri_sealed ?? "")).toBe(input.uri);
    expect(() => unseal(keyring(), other.tenantId, row.uri_sealed ?? "")).toThrow();
    await deleteResource(ctx, "sealed");
    const told = JSON.stringify([
      (await listResources(ctx, {})).items,
      (await listAudit(ctx, {})).items,
    ]);
    expect(told).toContain(masked);
    expect(told).not.toContain("hunter2");
  });

  test("hides every part of it, however it is written", async () => {
    const registered = await registerResource(ctx, { ...database, resource_id: "odd", uri });
    expect(registered.uri).toBe(shown);
    const row = await stored(ctx, "odd");
    expect(unseal(keyring(), ctx.tenantId, row.uri_sealed ?? "")).toBe(uri);
  });

  test("keeps its password when it is registered again as it was read", async () => {
    await registerResource(ctx, { ...database, resource_id: "kept", uri });
    const read = await getResource(ctx, "kept");
    await registerResource(ctx, { ...database, ...read, name: "Renamed" });
    const row = await stored(ctx, "kept");
    expect(unseal(keyring(), ctx.tenantId, row.uri_sealed ?? "")).toBe(uri);
    expect((await getResource(ctx, "kept")).name).toBe("Renamed");
  });

  test("never takes its password along to another host", async () => {
    await registerResource(ctx, { ...database, resource_id: "moved", uri });
    for (const elsewhere of [shown.replace("db.example", "evil.example"), "redis://:[secret]@x"]) {
      await expect(
        registerResource(ctx, { ...database, resource_id: "moved", uri: elsewhere }),
      ).rejects.toMatchObject({ code: "invalid_request", errors: [{ pointer: "/uri" }] });
    }
    await expect(
      registerResource(ctx, { ...database, resource_id: "fresh", uri: shown }),
    ).rejects.toMatchObject({ code: "invalid_request" });
  });

  test("may be a source's too, and keeps it when it is registered again as it was read", async () => {
    const source = "https://bob:hush@api.example/x?token=t0ken";
    const masked = "https://bob:[secret]@api.example/x?token=[secret]";
    await registerResource(ctx, { ...database, resource_id: "sourced", source });
    const read = await getResource(ctx, "sourced");
    expect(read.source).toBe(masked);
    await registerResource(ctx, { ...read, name: "Renamed" });
    const [row] = await withTenant(ctx.tenantId, (tx) =>
      tx.execute(sql`select source, source_sealed from resources where resource_id = 'sourced'`),
    );
    expect(row?.source).toBe(masked);
    expect(unseal(keyring(), ctx.tenantId, String(row?.source_sealed))).toBe(source);
    const moved = { ...read, source: masked.replace("api.example", "evil.example") };
    await expect(registerResource(ctx, moved)).rejects.toMatchObject({
      ...{ code: "invalid_request", errors: [{ pointer: "/source" }] },
    });
  });

  test("leaves nothing sealed once it is replaced by one without", async () => {
    await registerResource(ctx, { ...database, resource_id: "plain", uri });
    await registerResource(ctx, { ...database, resource_id: "plain", uri: "/srv/[secret]/a.db" });
    expect(await stored(ctx, "plain")).toEqual({ uri: "/srv/[secret]/a.db", uri_sealed: null });
  });
});

test("concurrent registrations leave exactly max_resources, and each refusal names the limit", async () => {
  const limited = await freshTenant({ resource_limits: { max_resources: 5 } });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, n) =>
      registerResource(limited, { ...database, resource_id: `r${n}` }),
    ),
  );
  const refusals = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(refusals).toHaveLength(15);
  for (const { reason } of refusals) {
    expect(reason).toMatchObject({
      code: "limit_exceeded",
      status: 409,
      extra: { limit: "max_resources", value: 5 },
    });
  }
  const { items } = await listResources(limited, {});
  expect(items).toHaveLength(5);
  // An update needs no place, and a deletion makes one.
  const [one] = items;
  await registerResource(limited, { ...database, resource_id: one?.resource_id ?? "", name: "B" });
  await deleteResource(limited, one?.resource_id ?? "");
  await registerResource(limited, { ...database, resource_id: "after" });
});

test("concurrent registrations of one id are one creation and updates of it", async () => {
  await Promise.all(
    Array.from({ length: 12 }, (_, n) =>
      registerResource(ctx, { ...database, resource_id: "raced", name: `n${n}` }),
    ),
  );
  const { items } = await listAudit(ctx, { target_id: "raced" });
  expect(items.map((entry) => entry.action).sort()).toEqual([
    "resource.create",
    ...Array.from({ length: 11 }, () => "resource.update"),
  ]);
});

test("reads and writes are metered apart, refused writes as errors", async () => {
  const metered = await freshTenant({ resource_limits: { max_resources: 1 } });
  await registerResource(metered, database);
  await registerResource(metered, { ...database, resource_id: "past" }).catch(() => undefined);
  await getResource(metered, "crm");
  await listResources(metered, {});
  await deleteResource(metered, "crm");
  await flushLedger();
  const byName = await reportUsage(metered, { group_by: "name" });
  expect(byName.rows.map(({ group, calls, errors }) => ({ group, calls, errors }))).toEqual([
    { group: "resource.delete", calls: 1, errors: 0 },
    { group: "resource.get", calls: 1, errors: 0 },
    { group: "resource.list", calls: 1, errors: 0 },
    { group: "resource.register", calls: 2, errors: 1 },
  ]);
  const reads = await reportUsage(metered, { group_by: "kind" });
  expect(reads.rows.map(({ group, calls }) => ({ group, calls }))).toEqual([
    { group: "resource_read", calls: 2 },
    { group: "resource_write", calls: 3 },
  ]);
});

test("a tenant's resources end with it, and its slug starts anew", async () => {
  const { deleteTenant } = await import("#lib/admin/tenants.ts");
  const brief = await freshTenant();
  await registerResource(brief, database);
  await deleteTenant(platformCtx(), brief.tenantId);
  await configureTenant(platformCtx(), { tenant_id: brief.tenantId, name: "Again" });
  expect((await listResources(brief, {})).items).toEqual([]);
});
