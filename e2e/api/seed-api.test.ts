import { expect, inject, test } from "vitest";
import { callAs, newTenant, platform } from "./client.ts";

const config = {
  mcp_config: {
    max_memory_entries: 1000,
    memory_retention_days: 90,
    federation_enabled: true,
    own: { kept: [1] },
  },
  tool_limits: { max_tools: 100, max_dynamic_tools: 50 },
  resource_limits: { max_resources: 20, max_storage_mb: 100 },
  ai_providers: ["openai", { provider: "custom", rate_limit: 2000 }],
};

test("a tenant is configured, read, listed and counted in the seed's shapes", async () => {
  const { tenantId, call } = await newTenant(config);
  const one = await call("GET", `/tenants/${tenantId}`);
  expect(one.body).toMatchObject({ tenant_id: tenantId, name: tenantId, ...config });
  const again = await platform()("POST", "/tenants/configure", {
    tenant_id: tenantId,
    name: "Renamed",
  });
  expect(again.body).toMatchObject({
    name: "Renamed",
    mcp_config: {},
    created_at: one.body.created_at,
  });
  const all = await platform()<{ tenant_id: string }[]>("GET", `/tenants?search=${tenantId}`);
  expect(all.body.map((tenant) => tenant.tenant_id)).toEqual([tenantId]);
  expect((await platform()("GET", "/tenants/no-such-tenant")).status).toBe(404);
});

test("a memory is registered, replaced, read and listed in the seed's shapes", async () => {
  const { tenantId, call } = await newTenant();
  const context = { n: 9007199254740991, none: null, empty: {}, list: [[]], text: "ñ\u0000\ud83d" };
  const first = await call("POST", "/memory/register", { agent_id: "a/b c", context });
  expect(first.body).toMatchObject({ agent_id: "a/b c", context, tenant_id: tenantId });
  const second = await call("POST", "/memory/register", { agent_id: "a/b c", context: { v: 2 } });
  expect(second.body).toMatchObject({ context: { v: 2 }, created_at: first.body.created_at });
  expect((await call("GET", "/memory/a%2Fb%20c")).body).toEqual(second.body);
  expect((await call("GET", "/memory/all")).body).toEqual({
    memories: [second.body],
    tenant_id: tenantId,
  });
  expect((await call("GET", "/memory/nobody")).status).toBe(404);
});

test("tools are registered, created, filtered and deleted in the seed's shapes", async () => {
  const { tenantId, call } = await newTenant();
  const registered = {
    tool_id: "calc",
    name: "calc",
    description: "Adds",
    config: { type: "math" },
  };
  const first = await call("POST", "/tools/register", { ...registered, parameters: {} });
  expect(first.body).toMatchObject({ ...registered, is_dynamic: false, tenant_id: tenantId });
  const dynamic = await call<{ tool_id: string }>("POST", "/tools/dynamic/create", {
    name: "premium_analytics",
    description: "Análisis",
    parameters: { query: { type: "string", required: true } },
    implementation: "https://api.example.com/analytics",
  });
  expect(dynamic.body).toMatchObject({
    is_dynamic: true,
    config: { implementation: "https://api.example.com/analytics" },
    tenant_id: tenantId,
  });
  const ids = async (query: string) =>
    (await call<{ tool_id: string }[]>("GET", `/tools${query}`)).body.map((tool) => tool.tool_id);
  expect((await ids("")).sort()).toEqual(["calc", dynamic.body.tool_id].sort());
  expect(await ids("?include_dynamic=false")).toEqual(["calc"]);
  expect(await ids("?tool_type=math")).toEqual(["calc"]);
  const gone = await call("DELETE", "/tools/calc");
  expect(gone.body).toEqual({ status: "deleted", tool_id: "calc" });
  expect((await call("DELETE", "/tools/calc")).status).toBe(404);
});

test("resources are registered, filtered and deleted, and a password in a URI is not shown", async () => {
  const { tenantId, call } = await newTenant();
  const resource = {
    resource_id: "db",
    name: "Base de datos",
    type: "database",
    uri: "postgresql://user:hunter2@premium.db.example.com:5432/premium",
    access_permissions: ["read", "write", "admin"],
    metadata: { connection_pool_size: 50 },
  };
  const made = await call("POST", "/resources/register", resource);
  expect(made.body).toMatchObject({ ...resource, uri: expect.any(String), tenant_id: tenantId });
  expect(JSON.stringify(made.body)).not.toContain("hunter2");
  const audit = await call("GET", "/audit");
  expect(JSON.stringify(audit.body)).not.toContain("hunter2");
  expect((await call("GET", "/resources?resource_type=file")).body).toEqual([]);
  expect((await call("GET", "/resources?resource_type=database")).body).toEqual([made.body]);
  expect((await call("DELETE", "/resources/db")).body).toEqual({
    status: "deleted",
    resource_id: "db",
  });
});

test("statistics count what the tenant has and what is left of its limits", async () => {
  const { tenantId, call } = await newTenant(config);
  await call("POST", "/memory/register", { agent_id: "a", context: {} });
  await call("POST", "/resources/register", {
    resource_id: "r",
    name: "r",
    type: "file",
    uri: "s3://bucket/a",
  });
  const { body } = await call("GET", `/tenants/${tenantId}/stats`);
  expect(body).toMatchObject({
    tenant_id: tenantId,
    memories_count: 1,
    tools_count: 0,
    dynamic_tools_count: 0,
    resources_count: 1,
    resource_types: ["file"],
    tool_types: [],
  });
  expect(JSON.stringify(body.limits)).toContain("999");
});

test("health needs no credential, and everything else does", async () => {
  const nobody = callAs(inject("serverUrl"), null);
  expect((await nobody("GET", "/health")).body).toMatchObject({
    status: "healthy",
    multi_tenant_enabled: true,
    tenants_count: expect.any(Number),
    version: expect.any(String),
  });
  for (const path of [
    "/tenants",
    "/memory/all",
    "/tools",
    "/resources",
    "/keys",
    "/usage",
    "/audit",
  ]) {
    const answer = await nobody("GET", path);
    expect([path, answer.status]).toEqual([path, 401]);
    expect(answer.headers.get("www-authenticate")).toContain("Bearer");
  }
});

test("the tenant is the header's, else the query's, else the credential's, else default", async () => {
  const { tenantId, call } = await newTenant();
  const other = await newTenant();
  const memory = { agent_id: "where", context: {} };
  const named = platform(tenantId);
  expect((await named("POST", "/memory/register", memory)).body.tenant_id).toBe(tenantId);
  const both = await named("GET", `/memory/all?tenant_id=${other.tenantId}`);
  expect(both.body.tenant_id).toBe(tenantId);
  const byQuery = await platform()("GET", `/memory/all?tenant_id=${tenantId}`);
  expect(byQuery.body.tenant_id).toBe(tenantId);
  expect((await call("GET", "/memory/all")).body.tenant_id).toBe(tenantId);
  expect((await platform()("GET", "/memory/all")).body.tenant_id).toBe("default");
  const header = await call("GET", "/memory/all", undefined, { "x-tenant-id": other.tenantId });
  expect([header.status, header.body.code]).toEqual([403, "wrong_tenant"]);
  const query = await call("GET", `/memory/all?tenant_id=${other.tenantId}`);
  expect([query.status, query.body.code]).toEqual([403, "wrong_tenant"]);
});

test("fifty creates at once leave exactly max_tools tools and forty clear refusals", async () => {
  const { call } = await newTenant({ tool_limits: { max_tools: 10 } });
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, count) =>
      call("POST", "/tools/dynamic/create", {
        name: `tool_${count}`,
        description: "",
        parameters: {},
        implementation: "https://api.example.com/",
      }),
    ),
  );
  const refused = answers.filter((answer) => answer.status === 409);
  expect(refused).toHaveLength(40);
  expect(refused[0]?.body).toMatchObject({ code: "limit_exceeded", limit: "max_tools", value: 10 });
  expect((await call<unknown[]>("GET", "/tools")).body).toHaveLength(10);
});

test("a list is whole when nothing is asked, and pages by cursor past a thousand rows", async () => {
  const { call } = await newTenant();
  for (let from = 0; from < 1200; from += 60) {
    await Promise.all(
      Array.from({ length: 60 }, (_, at) =>
        call("POST", "/memory/register", { agent_id: `agent-${from + at}`, context: {} }),
      ),
    );
  }
  type Memories = { memories: { agent_id: string }[] };
  expect((await call<Memories>("GET", "/memory/all")).body.memories).toHaveLength(1200);
  const seen = new Set<string>();
  let path: string | undefined = "/memory/all?limit=500";
  let pages = 0;
  while (path) {
    const page: Awaited<ReturnType<typeof call<Memories>>> = await call<Memories>("GET", path);
    for (const { agent_id } of page.body.memories) seen.add(agent_id);
    path = /<([^>]+)>; rel="next"/.exec(page.headers.get("link") ?? "")?.[1];
    pages++;
  }
  expect([pages, seen.size]).toEqual([3, 1200]);
});
