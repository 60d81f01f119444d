import { randomBytes } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { database } from "#db/client.ts";
import { useTestDatabase } from "#db/testing/clone.ts";
import { listAudit, listPlatformAudit } from "#lib/audit/service.ts";
import { createKey, listKeys } from "#lib/auth/keys.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { listMemories, registerMemory } from "#lib/memory/service.ts";
import { listResources, registerResource } from "#lib/resources/service.ts";
import type { ConfigureTenantInput } from "#lib/tenants/schema.ts";
import { getQuotas, getTenant } from "#lib/tenants/service.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";
import { freshTenant, platformCtx, tenantCtx } from "#lib/testing/context.ts";
import { listTools, registerTool } from "#lib/tools/service.ts";
import { flushLedger, recordUsage } from "#lib/usage/ledger.ts";
import { reportUsage } from "#lib/usage/service.ts";
import {
  configureTenant,
  countTenants,
  deleteTenant,
  listTenants,
  setTenantStatus,
  visibleTenants,
} from "./tenants.ts";

useTestDatabase();
afterAll(flushLedger);

const platform = platformCtx();
const slug = () => `t-${randomBytes(6).toString("hex")}`;
const configure = (tenant_id: string, config: Partial<ConfigureTenantInput> = {}) =>
  configureTenant(platform, { tenant_id, name: tenant_id, ...config });

test("a tenant is given back as it was configured, with keys of its own kept", async () => {
  const input = {
    tenant_id: slug(),
    name: "Cliente Premium",
    mcp_config: { max_memory_entries: 5, custom_endpoints: ["/x"], "own key": { a: [null, 1] } },
    tool_limits: { max_tools: 3, constructor: 1 },
    resource_limits: { max_storage_mb: null },
    ai_providers: ["openai", { provider: "bedrock", rate_limit: 2000 }],
    egress_allow: ["127.0.0.1:9000", "*.corp.example"],
  };
  const made = await configureTenant(platform, input);
  expect(made).toEqual({
    ...input,
    ...{ status: "active", created_at: expect.any(String), updated_at: made.created_at },
  });
  expect(await getTenant(tenantCtx(input.tenant_id))).toEqual(made);
});

test("configuring again replaces the configuration; created_at, status and egress_allow stay", async () => {
  const id = slug();
  const first = await configure(id, { egress_allow: ["127.0.0.1"], tool_limits: { max_tools: 3 } });
  await setTenantStatus(platform, id, "suspended");
  const second = await configure(id, { name: "New name" });
  expect(second).toMatchObject({
    ...{ name: "New name", tool_limits: {}, egress_allow: ["127.0.0.1"], status: "suspended" },
    created_at: first.created_at,
  });
  expect(second.updated_at >= first.updated_at).toBe(true);
  expect((await configure(id, { egress_allow: [] })).egress_allow).toEqual([]);
  const { items } = await listPlatformAudit(platform, { target_id: id });
  expect(items.map((entry) => entry.action)).toEqual([
    ...["tenant.update", "tenant.update", "tenant.suspend", "tenant.create"],
  ]);
  expect(items[1]).toMatchObject({ before: { name: id }, after: { name: "New name" } });
  const own = await listAudit(tenantCtx(id), {});
  expect(own.items.map((entry) => entry.entry_id)).toEqual(items.map((entry) => entry.entry_id));
});

test("the same slug configured many times at once is one tenant", async () => {
  const id = slug();
  const made = await Promise.all(Array.from({ length: 10 }, () => configure(id)));
  expect(new Set(made.map((tenant) => tenant.created_at)).size).toBe(1);
});

test("limits hold from the next registration on, also ones lower than what is there", async () => {
  const id = slug();
  await configure(id);
  const ctx = tenantCtx(id);
  for (const agent_id of ["a", "b", "c"]) await registerMemory(ctx, { agent_id });
  await configure(id, { mcp_config: { max_memory_entries: 2 } });
  expect((await getQuotas(ctx)).max_memory_entries).toEqual({ used: 3, maximum: 2 });
  await expect(registerMemory(ctx, { agent_id: "d" })).rejects.toMatchObject({
    ...{ code: "limit_exceeded", extra: { limit: "max_memory_entries", value: 2 } },
  });
  await registerMemory(ctx, { agent_id: "a", context: { still: "written" } });
  await configure(id, { mcp_config: { max_memory_entries: 4 } });
  await registerMemory(ctx, { agent_id: "d" });
  await configure(id, { mcp_config: { max_memory_entries: null } });
  await registerMemory(ctx, { agent_id: "e" });
  expect((await getQuotas(ctx)).max_memory_entries).toEqual({ used: 5, maximum: null });
});

test("a limit of nought lets nothing in", async () => {
  const ctx = await freshTenant({
    ...{ mcp_config: { max_memory_entries: 0 }, tool_limits: { max_tools: 0 } },
    resource_limits: { max_resources: 0 },
  });
  const resource = { resource_id: "r", name: "r", type: "file", uri: "/r" };
  for (const outcome of await Promise.allSettled([
    registerMemory(ctx, { agent_id: "a" }),
    registerTool(ctx, { tool_id: "t", name: "t" }),
    registerResource(ctx, resource),
  ])) {
    expect(outcome).toMatchObject({
      status: "rejected",
      reason: { code: "limit_exceeded", extra: { value: 0 } },
    });
  }
});

test("suspending and resuming a tenant is known at once, and audited once", async () => {
  const id = slug();
  await configure(id);
  expect((await findSnapshot(id))?.tenant.status).toBe("active");
  await setTenantStatus(platform, id, "suspended");
  expect((await findSnapshot(id))?.tenant.status).toBe("suspended");
  await setTenantStatus(platform, id, "suspended");
  await setTenantStatus(platform, id, "active");
  expect((await findSnapshot(id))?.tenant.status).toBe("active");
  const { items } = await listAudit(tenantCtx(id), {});
  expect(items.map((entry) => entry.action)).toEqual([
    ...["tenant.resume", "tenant.suspend", "tenant.create"],
  ]);
});

async function fill(ctx: Ctx): Promise<void> {
  await registerMemory(ctx, { agent_id: "agent", context: { former: "owner" } });
  await registerTool(ctx, { tool_id: "tool", name: "tool", is_dynamic: true });
  await registerResource(ctx, { resource_id: "r", name: "r", type: "file", uri: "/r" });
  await createKey(ctx, { name: "former" });
  await recordUsage(ctx, { kind: "tool_call", name: "tool", status: "ok", durationMs: 1 });
  await flushLedger();
}

test("a deleted tenant takes along everything it owns, and the deployment's log keeps what it was", async () => {
  const ctx = await freshTenant({ name: "Former" });
  await fill(ctx);
  await deleteTenant(platform, ctx.tenantId);
  const tables = await database().owner`
    select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and a.attname = 'tenant_id' and not c.relispartition and c.relname <> 'audit_entries'`;
  expect(tables.length).toBeGreaterThan(6);
  for (const { name } of tables) {
    const rows = await database().owner`
      select 1 from ${database().owner(name as string)} where tenant_id = ${ctx.tenantId}`;
    expect(rows, name as string).toHaveLength(0);
  }
  await expect(getTenant(ctx)).rejects.toMatchObject({ code: "not_found" });
  expect(await findSnapshot(ctx.tenantId)).toBeNull();
  const { items } = await listPlatformAudit(platform, { target_id: ctx.tenantId, limit: 1 });
  expect(items).toMatchObject([
    { action: "tenant.delete", before: { name: "Former" }, after: null },
  ]);
});

test("whoever is given a deleted tenant's slug sees nothing of its former owner", async () => {
  const ctx = await freshTenant();
  await fill(ctx);
  await deleteTenant(platform, ctx.tenantId);
  // A call that was under way when its tenant was deleted is metered afterwards.
  await recordUsage(ctx, { kind: "tool_call", name: "late", status: "ok", durationMs: 1 });
  await configure(ctx.tenantId);
  // First, since the lists are metered.
  expect((await reportUsage(ctx, {})).total.calls).toBe(0);
  const lists = await Promise.all([
    listMemories(ctx, {}),
    listTools(ctx, { include_dynamic: true }),
    listResources(ctx, {}),
    listKeys(ctx, { kind: "tenant" }),
  ]);
  expect(lists.map((page) => page.items)).toEqual([[], [], [], []]);
  const { items } = await listAudit(ctx, {});
  expect(items.map((entry) => entry.action)).toEqual(["tenant.create"]);
  const quotas = Object.values(await getQuotas(ctx));
  expect(quotas.every(({ used }) => used === 0)).toBe(true);
});

test("the default tenant cannot be deleted, and a missing one is a 404", async () => {
  await expect(deleteTenant(platform, "default")).rejects.toMatchObject({ code: "conflict" });
  for (const id of ["nobody", "NO SLUG", "nul\0"]) {
    const gone = { code: "not_found", message: `There is no tenant "${id}".` };
    await expect(deleteTenant(platform, id)).rejects.toMatchObject(gone);
    await expect(setTenantStatus(platform, id, "active")).rejects.toMatchObject(gone);
    expect(await findSnapshot(id)).toBeNull();
  }
});

test("tenants are searched by id and name in either case, literally, and listed page by page", async () => {
  const mark = randomBytes(4).toString("hex");
  const ids = ["c", "a", "b"].map((letter) => `${letter}-${mark}`);
  for (const id of ids)
    await configure(id, { name: id.startsWith("b") ? `Café 100%_${mark}` : id });
  const found = async (search: string) =>
    (await listTenants(platform, { search })).items.map((tenant) => tenant.tenant_id);
  expect(await found(mark)).toEqual([...ids].sort());
  expect(await found(`A-${mark}`.toUpperCase())).toEqual([`a-${mark}`]);
  expect(await found(`CAFÉ 100%_${mark}`)).toEqual([`b-${mark}`]);
  expect(await found(`100_%${mark}`)).toEqual([]);
  expect(await found(`%${mark}`)).toEqual([]);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listTenants(platform, { limit: 1, cursor, search: mark });
    seen.push(...page.items.map((tenant) => tenant.tenant_id));
    cursor = page.next ?? undefined;
  } while (cursor);
  expect(seen).toEqual([...ids].sort());
  expect(await countTenants()).toBeGreaterThanOrEqual(3);
});

test("a tenant's own credential sees its own tenant alone in the list", async () => {
  const ctx = await freshTenant();
  const caller = {
    ...{ ...platformCtx(["tenants:read"]), ownTenantId: ctx.tenantId },
  };
  const { items } = await visibleTenants(caller, {});
  expect(items.map((tenant) => tenant.tenant_id)).toEqual([ctx.tenantId]);
});

test("each verb needs the platform's permission", async () => {
  const id = slug();
  await configure(id);
  const reader = platformCtx(["platform:read"]);
  const nobody = platformCtx(["tenants:read"]);
  for (const outcome of await Promise.allSettled([
    configureTenant(reader, { tenant_id: id, name: "x" }),
    setTenantStatus(reader, id, "suspended"),
    deleteTenant(reader, id),
    listTenants(nobody, {}),
    visibleTenants(nobody, {}),
  ])) {
    expect(outcome).toMatchObject({
      status: "rejected",
      reason: { code: "insufficient_scope", status: 403 },
    });
  }
});

test.each([
  [{ tenant_id: "UPPER" }, "/tenant_id"],
  [{ tenant_id: "-dash" }, "/tenant_id"],
  [{ tenant_id: "a".repeat(65) }, "/tenant_id"],
  [{ tenant_id: "" }, "/tenant_id"],
  [{ tenant_id: "configure" }, "/tenant_id"],
  [{ name: "  " }, "/name"],
  [{ name: "a\0b" }, "/name"],
  [{ mcp_config: { max_memory_entries: -1 } }, "/mcp_config/max_memory_entries"],
  [{ mcp_config: { memory_retention_days: 0 } }, "/mcp_config/memory_retention_days"],
  [{ mcp_config: { federation_enabled: "yes" } }, "/mcp_config/federation_enabled"],
  [{ mcp_config: [] }, "/mcp_config"],
  [{ tool_limits: { max_tools: 1.5 } }, "/tool_limits/max_tools"],
  [{ tool_limits: { max_dynamic_tools: "10" } }, "/tool_limits/max_dynamic_tools"],
  [{ resource_limits: { max_resources: 1e12 } }, "/resource_limits/max_resources"],
  [{ egress_allow: ["10.0.0.0/99"] }, "/egress_allow"],
  [{ egress_allow: ["nul\0"] }, "/egress_allow/0"],
  [{ egress_allow: ["http://x/path"] }, "/egress_allow"],
  [{ ai_providers: [5] }, "/ai_providers/0"],
])("%j is refused, pointing at %s", async (part, pointer) => {
  const input = { tenant_id: "fine", name: "Fine", ...part };
  await expect(configureTenant(platform, input as never)).rejects.toMatchObject({
    code: "invalid_request",
    errors: [expect.objectContaining({ pointer })],
  });
  expect(await findSnapshot("fine")).toBeNull();
});

test("a slug may have 1 to 64 characters", async () => {
  for (const tenant_id of ["a", "9", "a_b-c", "a".repeat(64)]) {
    expect((await configure(tenant_id)).tenant_id).toBe(tenant_id);
  }
});
