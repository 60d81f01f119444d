import { expect, test } from "vitest";
import { parse as parseYaml } from "yaml";
import { type NewTenant, newTenant, platform } from "./client.ts";

const tool = {
  ...{ tool_id: "a,b", name: "echo", description: 'Says: "no"\n' },
  config: { implementation: "internal:echo", headers: { authorization: "Bearer {{secret:CRM}}" } },
};

async function tenantWithTool(): Promise<NewTenant> {
  const tenant = await newTenant();
  const made = await tenant.call("POST", "/tools/register", tool);
  expect(made.status).toBe(200);
  await tenant.call("PUT", "/prompts/hello", {
    messages: [{ role: "user", content: { type: "text", text: "Hi" } }],
  });
  return tenant;
}

interface Plan {
  plan_hash: string;
  applicable: boolean;
  summary: Record<string, number>;
  missing_secrets: string[];
}

test("a bundle is served as YAML to who asks for it, and goes into another tenant as it came", async () => {
  const [from, to] = [await tenantWithTool(), await newTenant()];
  const yaml = await from.call<string>("GET", "/bundle", undefined, { accept: "application/yaml" });
  expect(yaml.headers.get("content-type")).toBe("application/yaml");
  expect(yaml.headers.get("content-disposition")).toBe(
    `attachment; filename="${from.tenantId}.bundle.yaml"`,
  );
  const json = await from.call("GET", "/bundle");
  expect(parseYaml(yaml.body)).toEqual(json.body);
  expect(json.headers.get("content-type")).toBe("application/json");
  const named = await from.call<string>("GET", "/bundle?format=yaml");
  expect(named.body).toBe(yaml.body);

  const plan = await to.call<Plan>("POST", "/bundle/plan", { bundle: yaml.body });
  expect(plan.body).toMatchObject({
    ...{ applicable: true, missing_secrets: ["CRM"] },
    summary: { create: 2, invalid: 0 },
  });
  const { plan_hash } = plan.body;
  const applied = await to.call("POST", "/bundle/apply", { bundle: yaml.body, plan_hash });
  expect([applied.status, applied.body]).toEqual([
    200,
    expect.objectContaining({ tools: { created: ["a,b"], updated: [] } }),
  ]);
  const there = await to.call<string>("GET", "/bundle?format=yaml");
  expect(there.body).toBe(yaml.body);
  const again = await to.call<{ code: string }>("POST", "/bundle/apply", {
    ...{ bundle: yaml.body, plan_hash },
  });
  expect([again.status, again.body.code]).toEqual([409, "conflict"]);
});

test("what is to be exported is chosen in the address, ids with commas too", async () => {
  const { call } = await tenantWithTool();
  const ids = encodeURIComponent('["a,b"]');
  const chosen = await call<Record<string, unknown[]>>("GET", `/bundle?tools=${ids}`);
  expect(Object.keys(chosen.body)).toEqual(["tausestack_bundle", "tools", "secrets", "omitted"]);
  expect(chosen.body.tools).toHaveLength(1);
  const prompts = await call<Record<string, unknown[]>>("GET", "/bundle?kinds=prompts");
  expect(prompts.body.prompts).toHaveLength(1);
  const statuses = [
    ["/bundle?tools=a,b", 404],
    ["/bundle?prompts=missing", 404],
    ["/bundle?kinds=secrets", 400],
    ["/bundle?format=xml", 400],
    ["/bundle?tools=[1]", 400],
  ] as const;
  for (const [path, status] of statuses) {
    expect([path, (await call("GET", path)).status]).toEqual([path, status]);
  }
});

test("a key that may not read or write what a bundle has is refused, and so is a foreign one", async () => {
  const [from, other] = [await tenantWithTool(), await newTenant()];
  const { body: bundle } = await from.call("GET", "/bundle");
  const { body } = await from.call<{ key: string }>("POST", "/keys", {
    ...{ name: "reader", scopes: ["tools:read", "prompts:read"] },
  });
  const asReader = { authorization: `Bearer ${body.key}` };
  const read = await from.call("GET", "/bundle?kinds=tools", undefined, asReader);
  expect(read.status).toBe(200);
  expect((await from.call("GET", "/bundle", undefined, asReader)).status).toBe(403);
  for (const path of ["/bundle/plan", "/bundle/apply"]) {
    const input = { bundle, plan_hash: "x" };
    expect((await from.call("POST", path, input, asReader)).status).toBe(403);
    const foreign = { "x-tenant-id": from.tenantId };
    expect((await other.call("POST", path, input, foreign)).status).toBe(403);
  }
  const operator = await platform(from.tenantId)<Record<string, unknown>>("GET", "/bundle");
  expect(operator.body).toEqual(bundle);
});

test("a bundle made to be expensive is refused, and the server goes on answering", async () => {
  const { call } = await newTenant();
  const nested = `tools: ${"[".repeat(200_000)}`;
  const slow = call<{ code: string }>("POST", "/bundle/plan", { bundle: nested });
  const health = await call("GET", "/health");
  expect(health.status).toBe(200);
  const { status, body } = await slow;
  expect([status, body.code]).toEqual([400, "invalid_request"]);
}, 120_000);
