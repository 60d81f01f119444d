import { beforeAll, expect, inject, test } from "vitest";
import { askAs } from "../mcp.ts";
import { type Call, type NewTenant, newTenant, platform } from "./client.ts";

type Document = { paths: Record<string, Record<string, { requestBody?: unknown }>> };

let attacker: NewTenant;
let victim: NewTenant;
/** The victim's ids, by the name of the path parameter that takes them. */
let ids: Record<string, string>;
let document: Document;

async function contentsOf(call: Call, tenantId: string): Promise<string> {
  const answers = await Promise.all(
    ["/memory/all", "/tools", "/tasks", "/resources", "/keys", `/tenants/${tenantId}`].map((path) =>
      call("GET", path),
    ),
  );
  // The last use of a key is written whenever it is used, by whomever it belongs to.
  return JSON.stringify(answers.map(({ body }) => body)).replace(/"last_used_at":[^,}]+/g, "");
}

beforeAll(async () => {
  [attacker, victim] = [await newTenant(), await newTenant()];
  await victim.call("POST", "/memory/register", { agent_id: "secret-agent", context: { s: 1 } });
  const tool = await victim.call<{ tool_id: string }>("POST", "/tools/dynamic/create", {
    name: "secret_tool",
    description: "",
    parameters: {},
    implementation: "internal:echo",
    task_support: "optional",
  });
  await victim.call("POST", "/resources/register", {
    resource_id: "secret-resource",
    name: "r",
    type: "file",
    uri: "s3://bucket/secret",
  });
  const capabilities = { extensions: { "io.modelcontextprotocol/tasks": {} } };
  const { result } = await askAs(
    inject("serverUrl"),
    victim.key,
    capabilities,
  )("tools/call", {
    name: "secret_tool",
    arguments: { secret: "s3://bucket/secret" },
  });
  const key = await victim.call<{ key_id: string }>("POST", "/keys", { name: "second" });
  ids = {
    tenant_id: victim.tenantId,
    agent_id: "secret-agent",
    tool_id: tool.body.tool_id,
    resource_id: "secret-resource",
    key_id: key.body.key_id,
    task_id: String(result?.taskId),
  };
  document = (await platform()<Document>("GET", "/openapi.json")).body;
});

test("no address with another tenant's ids in it answers, and nothing of the other changes", async () => {
  const before = await contentsOf(victim.call, victim.tenantId);
  const tried: string[] = [];
  for (const [path, methods] of Object.entries(document.paths)) {
    if (!path.includes("{")) continue;
    const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const id = ids[name];
      if (id === undefined) throw new Error(`The victim has nothing for {${name}} of ${path}`);
      return encodeURIComponent(id);
    });
    for (const method of Object.keys(methods)) {
      const body = methods[method]?.requestBody ? { status: "active", arguments: {} } : undefined;
      const answer = await attacker.call(method.toUpperCase(), address, body);
      tried.push(`${method} ${path}`);
      expect([method, path, [403, 404, 405].includes(answer.status)]).toEqual([method, path, true]);
      expect(JSON.stringify(answer.body)).not.toContain("s3://bucket/secret");
    }
  }
  expect(tried.length).toBeGreaterThan(10);
  expect(await contentsOf(victim.call, victim.tenantId)).toBe(before);
});

test("a header or query that names another tenant is refused at every address", async () => {
  for (const [path, methods] of Object.entries(document.paths)) {
    if (path.includes("{") || ["/health", "/openapi.json"].includes(path)) continue;
    for (const method of Object.keys(methods)) {
      const byHeader = await attacker.call(method.toUpperCase(), path, undefined, {
        "x-tenant-id": victim.tenantId,
      });
      const byQuery = await attacker.call(
        method.toUpperCase(),
        `${path}?tenant_id=${victim.tenantId}`,
      );
      // Addresses of the platform look at no tenant: there the attacker sees its own, or nothing.
      const isOwn = path === "/tenants" && method === "get";
      const wanted = isOwn ? [200, 200] : [403, 403];
      const seen = [byHeader.status, byQuery.status].map((status) =>
        status === 405 ? 403 : status,
      );
      expect([method, path, seen]).toEqual([method, path, wanted]);
      expect(JSON.stringify(byHeader.body)).not.toContain(`"${victim.tenantId}"`);
    }
  }
});

test("lists hold nothing of another tenant", async () => {
  for (const path of [
    "/memory/all",
    "/tools",
    "/tasks",
    "/resources",
    "/keys",
    "/audit",
    "/tenants",
  ]) {
    const { body } = await attacker.call("GET", path);
    expect(JSON.stringify(body)).not.toContain("secret");
    expect(JSON.stringify(body)).not.toContain(victim.tenantId);
  }
});
