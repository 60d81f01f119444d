import { join } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { beforeAll, expect, inject, test } from "vitest";
import { loadRoutes } from "#lib/http/load-routes.ts";
import { type Call, callAs, type NewTenant, newTenant, platform } from "./client.ts";

interface Operation {
  operationId: string;
  summary: string;
  parameters?: { name: string; in: string; required?: boolean; schema: object }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
  security?: object[];
}

interface Document {
  openapi: string;
  info: { title: string; version: string };
  servers: { url: string }[];
  security: Record<string, string[]>[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; securitySchemes: Record<string, object> };
}

let document: Document;
let etag: string;
let ajv: Ajv2020;
let tenant: NewTenant;

beforeAll(async () => {
  const answer = await callAs(inject("serverUrl"), null)<Document>("GET", "/openapi.json");
  document = answer.body;
  etag = answer.headers.get("etag") ?? "";
  ajv = new Ajv2020({ strict: false, validateFormats: true, allErrors: true });
  addFormats.default(ajv);
  ajv.addFormat("base64", true);
  ajv.addSchema({ $id: "openapi", components: document.components });
  tenant = await newTenant({ tool_limits: { max_tools: 5 } });
});

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

function validatorOf(schema: object): ValidateFunction {
  const text = JSON.stringify(schema).replaceAll('"#/components/', '"openapi#/components/');
  return ajv.compile(JSON.parse(text));
}

test("every method of every route file is described, and nothing else is", async () => {
  const routes = await loadRoutes(join(process.cwd(), "app/(api)"));
  const served = routes.flatMap(({ path, handlers }) =>
    Object.keys(handlers).map((method) => `${method} ${path}`),
  );
  const described = operations().map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  expect(described.sort()).toEqual(served.sort());
});

test("the document has the structure of OpenAPI 3.1", () => {
  expect(document.openapi).toMatch(/^3\.1\.\d$/);
  expect(document.info.version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(document.servers).toEqual([{ url: inject("serverUrl") }]);
  const schemes = Object.keys(document.components.securitySchemes);
  expect(document.security.flatMap(Object.keys).sort()).toEqual(schemes.sort());
  const ids = operations().map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { path, operation } of operations()) {
    expect(operation.summary, path).toMatch(/^[A-Z].+[^.]$/);
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === "path");
    expect(declared.map(({ name, required }) => [name, required])).toEqual(
      inPath.map((name) => [name, true]),
    );
    expect(Object.keys(operation.responses), path).toContain("default");
    for (const response of Object.values(operation.responses)) {
      expect(response.description).toBeTruthy();
    }
  }
});

test("every schema in the document is a valid JSON Schema, and every reference leads somewhere", () => {
  let compiled = 0;
  for (const { operation } of operations()) {
    const contents = [operation.requestBody, ...Object.values(operation.responses)].flatMap(
      (part) => Object.values(part?.content ?? {}),
    );
    const schemas = [
      ...contents.map(({ schema }) => schema),
      ...(operation.parameters ?? []).map(({ schema }) => schema),
    ];
    for (const schema of schemas) {
      validatorOf(schema);
      compiled += 1;
    }
  }
  expect(compiled).toBeGreaterThan(60);
});

test("only what needs no credential says so", () => {
  const open = operations().filter(({ operation }) => operation.security?.length === 0);
  expect(open.map(({ path }) => path).sort()).toEqual([
    "/health",
    "/openapi.json",
    "/upstreams/oauth/client/{client_tenant}",
  ]);
});

test("the document is not sent again while it is the same", async () => {
  const again = await callAs(inject("serverUrl"), null)("GET", "/openapi.json", undefined, {
    "if-none-match": etag,
  });
  expect([again.status, again.body, again.headers.get("etag")]).toEqual([304, "", etag]);
});

/** Calls, and checks answer and body sent against what the document says of them. */
async function described(
  call: Call,
  method: string,
  template: string,
  { id = "", query = "", body }: { id?: string; query?: string; body?: unknown } = {},
): Promise<void> {
  const operation = document.paths[template]?.[method];
  if (!operation) throw new Error(`${method} ${template} is not described`);
  const path = template.replaceAll(/\{\w+\}/g, encodeURIComponent(id));
  const answer = await call(method.toUpperCase(), `${path}${query}`, body);
  const response = operation.responses[answer.status] ?? operation.responses.default;
  const type = answer.headers.get("content-type") ?? "";
  const schema = response?.content?.[type]?.schema;
  expect(schema, `${method} ${template} ${answer.status} ${type}`).toBeDefined();
  const validate = validatorOf(schema as object);
  validate(answer.body);
  expect(validate.errors ?? [], `${method} ${template}: ${JSON.stringify(answer.body)}`).toEqual(
    [],
  );
  if (body !== undefined && answer.status < 300) {
    const sent = validatorOf(operation.requestBody?.content["application/json"]?.schema ?? {});
    sent(body);
    expect(sent.errors ?? [], `the body of ${method} ${template}`).toEqual([]);
  }
}

test("what the API answers, good or bad, is what the document says", async () => {
  const { call, tenantId } = tenant;
  const operator = platform(tenantId);
  const ofTenant = { id: tenantId };
  await described(operator, "get", "/health");
  const config = { tenant_id: tenantId, name: "Again", tool_limits: { max_tools: 1 } };
  await described(operator, "post", "/tenants/configure", { body: config });
  await described(operator, "post", "/tenants/configure", { body: { tenant_id: "NO" } });
  await described(operator, "get", "/tenants", { query: "?limit=2" });
  await described(call, "get", "/tenants");
  await described(call, "get", "/tenants/{tenant_id}", ofTenant);
  await described(operator, "patch", "/tenants/{tenant_id}", {
    ...ofTenant,
    body: { status: "active" },
  });
  const memory = { agent_id: "a b", context: { deep: [{ a: null }], "": 1e300 } };
  await described(call, "post", "/memory/register", { body: memory });
  await described(call, "get", "/memory/{agent_id}", { id: "a b" });
  await described(call, "get", "/memory/{agent_id}", { id: "nobody" });
  await described(call, "get", "/memory/all");
  await described(call, "get", "/memory/all", { query: "?limit=0" });
  // Agent, namespace and key have one name here.
  const item = "/memory/{agent_id}/items/{namespace}/{key}";
  const said = { content: { a: [1, null] }, tags: ["t"], expires_at: "2100-01-01T00:00:00Z" };
  await described(call, "put", item, { id: "a b", body: said });
  await described(call, "patch", item, { id: "a b", body: { content: { b: 1 } } });
  await described(call, "get", item, { id: "a b" });
  await described(call, "get", "/memory/items", { query: "?tag=t" });
  await described(call, "post", "/memory/search", { body: { query: "k" } });
  await described(call, "delete", item, { id: "a b" });
  await described(call, "post", "/memory/items/erasures", { body: { subject_id: "nobody" } });
  await described(call, "get", "/memory/{agent_id}/grants", { id: "a b" });
  await described(call, "get", "/memory/items/namespaces");
  const tool = { tool_id: "t", name: "echo", config: { implementation: "internal:echo" } };
  await described(call, "post", "/tools/register", { body: tool });
  const listed = {
    ...{ ...tool, title: "Echo", annotations: { readOnlyHint: true }, pinned: true },
    ...{ output_schema: { type: "object" }, meta: { "com.example/a": 1 }, timeout_ms: 1000 },
  };
  await described(call, "post", "/tools/register", { body: listed });
  const dynamic = { name: "d", description: "", parameters: {}, implementation: "internal:echo" };
  await described(call, "post", "/tools/dynamic/create", { body: dynamic });
  await described(call, "get", "/tools");
  await described(call, "get", "/tools/{tool_id}", { id: "t" });
  await described(call, "post", "/tools/{tool_id}/call", {
    id: "t",
    body: { arguments: { a: 1 } },
  });
  const missing = { name: "x", config: { implementation: "internal:nothing" }, tool_id: "t" };
  await described(call, "post", "/tools/register", { body: missing });
  await described(call, "post", "/tools/{tool_id}/call", { id: "t", body: {} });
  const resource = {
    resource_id: "r",
    name: "r",
    type: "api",
    uri: "https://u:p@api.example.com/",
  };
  await described(call, "post", "/resources/register", { body: resource });
  const kept = {
    ...{ ...resource, title: "R", icons: [{ src: "https://a.example/i.png", sizes: ["any"] }] },
    ...{ annotations: { audience: ["user"], priority: 1 }, mime_type: "text/plain" },
  };
  await described(call, "post", "/resources/register", {
    body: { ...kept, content: { text: "a" } },
  });
  await described(call, "post", "/resources/register", {
    body: { ...kept, content: { blob: "YQ==" } },
  });
  await described(call, "put", "/resources/{resource_id}/content", { id: "r", body: { any: 1 } });
  await described(call, "get", "/resources/{resource_id}/content", { id: "nothing" });
  await described(call, "delete", "/resources/{resource_id}/content", { id: "r" });
  await described(call, "get", "/resources", { query: "?resource_type=api" });
  await described(call, "get", "/resources/{resource_id}", { id: "r" });
  const document = {
    arguments: [{ name: "who", completions: ["Ana"] }],
    messages: [{ role: "user", content: { type: "text", text: "Hi {{who}}" } }],
  };
  const greet = { id: "greet" };
  await described(call, "post", "/prompts", { body: { name: "greet", ...document } });
  await described(call, "post", "/prompts", { body: { name: "greet", ...document } });
  await described(call, "put", "/prompts/{prompt_name}", { ...greet, body: document });
  await described(call, "get", "/prompts", { query: "?search=gre" });
  await described(call, "get", "/prompts/{prompt_name}", greet);
  await described(call, "get", "/prompts/{prompt_name}/versions", greet);
  await described(call, "post", "/prompts/{prompt_name}/render", {
    ...greet,
    body: { arguments: { who: "Bo" } },
  });
  await described(call, "delete", "/prompts/{prompt_name}", greet);
  await described(call, "post", "/keys", { body: { name: "k", scopes: ["tools:read"] } });
  await described(call, "get", "/keys");
  const { body: keys } = await call<{ key_id: string }[]>("GET", "/keys");
  const key = { id: keys.at(-1)?.key_id ?? "" };
  await described(call, "post", "/keys/{key_id}/rotate", key);
  await described(call, "delete", "/keys/{key_id}", key);
  await described(call, "get", "/keys/{key_id}", key);
  const person = { email: `${tenantId}@example.com`, role: "viewer" };
  await described(call, "post", "/members", { body: person });
  await described(call, "get", "/members");
  const { body: members } = await call<{ user_id: string }[]>("GET", "/members");
  const member = { id: members[0]?.user_id ?? "" };
  await described(call, "patch", "/members/{user_id}", { ...member, body: { role: "admin" } });
  await described(call, "post", "/members/{user_id}/password", member);
  await described(call, "delete", "/members/{user_id}", member);
  const passwords = { current_password: "a", new_password: "0123456789" };
  await described(call, "post", "/account/password", { body: passwords });
  for (const group of ["hour", "day", "kind", "name", "agent", "status"]) {
    await described(call, "get", "/usage", { query: `?group_by=${group}` });
  }
  await described(call, "get", "/audit");
  await described(operator, "get", "/audit/platform", { query: "?limit=5" });
  await described(call, "get", "/audit/platform");
  await described(call, "get", "/tenants/{tenant_id}/stats", ofTenant);
  await described(call, "post", "/federation/memory/pull", { body: {} });
  await described(call, "delete", "/memory/{agent_id}", { id: "a b" });
  await described(call, "delete", "/tools/{tool_id}", { id: "t" });
  await described(call, "delete", "/resources/{resource_id}", { id: "r" });
  await described(operator, "delete", "/tenants/{tenant_id}", ofTenant);
  await described(callAs(inject("serverUrl"), null), "get", "/tools");
});
