import { randomBytes } from "node:crypto";
import { inject, vi } from "vitest";
import { askAs } from "../mcp.ts";
import { type Call, type NewTenant, newTenant } from "./client.ts";

/** A tenant with something of every kind, which nobody else may find. */
export interface Victim extends NewTenant {
  /** Its ids, by the name of the path parameter that takes them. */
  ids: Record<string, string>;
}

const secretFile = "secret.txt";

/** A resource of each driver; what a foreign caller would have them do fails with another status. */
const withDrivers = [
  { resource_id: "secret-database", type: "database", uri: "postgres://u:p@127.0.0.1:1/secret" },
  { resource_id: "secret-folder", type: "file", uri: "file:///secret" },
  {
    resource_id: "secret-bucket",
    ...{ type: "file", uri: "s3://bucket/secret-bucket" },
    connection: {
      endpoint: "http://127.0.0.1:1",
      access_key_id_secret: "SECRET_NAME",
      secret_access_key_secret: "SECRET_NAME",
    },
  },
  {
    resource_id: "secret-api",
    ...{ type: "api", uri: "http://127.0.0.1:1/secret" },
    connection: { deployment: { path: "/deploys" } },
  },
];

/** Makes a tenant and fills it, on the suite's server unless another is given. */
export async function newVictim(server?: { url: string; key: string }): Promise<Victim> {
  const victim = await newTenant(
    { mcp_config: { federation_enabled: true }, ai_providers: ["openai"] },
    server,
  );
  const { call } = victim;
  await call("POST", "/memory/register", { agent_id: "secret-agent", context: { s: 1 } });
  await call("POST", "/federation/peers", { peer_id: "secret-peer", url: "http://127.0.0.1:1" });
  await call("PUT", "/memory/secret-agent/items/secret-space/secret-key", {
    content: "s3://bucket/secret",
  });
  const tool = await call<{ tool_id: string }>("POST", "/tools/dynamic/create", {
    name: "secret_tool",
    description: "",
    parameters: {},
    implementation: "internal:echo",
    task_support: "optional",
  });
  const example = await call<{ example_id: string }>(
    "POST",
    `/tools/${tool.body.tool_id}/examples`,
    { name: "s3://bucket/secret" },
  );
  await call("POST", "/resources/register", {
    resource_id: "secret-resource",
    name: "r",
    type: "file",
    uri: "s3://bucket/secret",
  });
  await call("POST", "/resources/secret-resource/grants", {
    subject: { type: "role", id: "owner" },
    permissions: ["read"],
  });
  for (const input of withDrivers) {
    const made = await call("POST", "/resources/register", {
      ...{ name: "r", access_permissions: ["read", "write", "admin", "deploy", "delete"] },
      ...input,
    });
    if (made.status !== 200) throw new Error(JSON.stringify(made.body));
  }
  const written = await call(
    "PUT",
    `/resources/secret-folder/files/content?path=${secretFile}`,
    "s3://bucket/secret",
  );
  if (written.status !== 200) throw new Error(JSON.stringify(written.body));
  await call("PUT", "/prompts/secret_prompt", {
    messages: [{ role: "user", content: { type: "text", text: "s3://bucket/secret" } }],
  });
  await call("PUT", "/secrets/SECRET_NAME", { value: "s3://bucket/secret" });
  const key = await call<{ key_id: string }>("POST", "/keys", { name: "second" });
  const member = await call<{ user_id: string }>("POST", "/members", {
    email: `${randomBytes(6).toString("hex")}@secret.example`,
    role: "viewer",
  });
  const tasks = { extensions: { "io.modelcontextprotocol/tasks": {} } };
  const ask = askAs(server?.url ?? inject("serverUrl"), victim.key, tasks);
  const { result } = await ask("tools/call", {
    name: "secret_tool",
    arguments: { secret: "s3://bucket/secret" },
  });
  const task_id = String(result?.taskId);
  await vi.waitFor(async () => {
    const { body } = await call<{ status: string }>("GET", `/tasks/${task_id}`);
    if (body.status !== "completed") throw new Error(`The victim's task is ${body.status}`);
  }, 10_000);
  const limit = await call<{ limit_id: string }>("PUT", "/tool-limits", { calls_per_day: 1000 });
  const stopped = { scope: "agent", target_id: "secret-agent", reason: "secret" };
  const killed = await call<{ switch_id: string }>("PUT", "/kill-switches", stopped);
  await call("POST", "/tools/register", {
    tool_id: "guarded",
    name: "guarded",
    config: { implementation: "internal:echo" },
  });
  await call("PUT", "/tools/guarded/policy", { approval: "always" });
  await call("POST", "/tools/guarded/call", { arguments: { secret: "s3://bucket/secret" } });
  const offered = await call<{ offers: { offer_id: string }[] }>("POST", "/federation/offers", {
    ...{ to: ["secret-partner"], kind: "tool", object_id: "guarded" },
  });
  const budget = await call<{ budget_id: string }>("PUT", "/budgets", {
    ...{ scope: "agent", target_id: "secret-agent", period: "day", limit_micros: 5 },
  });
  const { body: asked } = await call<{ approval_id: string }[]>("GET", "/approvals");
  await call("PUT", "/ai-routes/secret-route", { targets: [{ model: "openai/secret" }] });
  const ids = {
    tenant_id: victim.tenantId,
    agent_id: "secret-agent",
    namespace: "secret-space",
    key: "secret-key",
    tool_id: tool.body.tool_id,
    revision: "1",
    example_id: example.body.example_id,
    resource_id: "secret-resource",
    prompt_name: "secret_prompt",
    version: "1",
    secret_name: "SECRET_NAME",
    key_id: key.body.key_id,
    task_id,
    limit_id: limit.body.limit_id,
    switch_id: killed.body.switch_id,
    offer_id: offered.body.offers[0]?.offer_id ?? "",
    budget_id: budget.body.budget_id,
    // The platform's: no tenant's credential reaches any.
    price_id: `price_${"0".repeat(32)}`,
    // Upstreams are tested beside their verbs.
    upstream_id: "secret-upstream",
    peer_id: "secret-peer",
    // A peer's pulls are tested beside their verbs.
    run_id: "secret-run",
    provider_name: "secret-provider",
    route_alias: "secret-route",
    model: "secret-route",
    approval_id: asked[0]?.approval_id ?? "",
    user_id: member.body.user_id,
    // Only a person's browser makes one; that a foreign one is not found is tested beside the verb.
    grant_id: `app_${"0".repeat(32)}`,
  };
  return { ...victim, ids };
}

/** All that a tenant's lists show, to compare before and after. */
export async function contentsOf({ call, tenantId }: NewTenant): Promise<string> {
  const governed = ["/tool-limits", "/kill-switches", "/approvals", "/tools/guarded/policy"];
  const granted = "/resources/secret-resource/grants";
  const paths = [
    "/federation/offers",
    ...governed,
    granted,
    "/resources/secret-folder/files",
    "/resources/secret-api/deployments",
    "/federation/peers",
    "/memory/all",
    "/memory/items",
    "/memory/items/namespaces",
    "/tools",
    "/tasks",
    "/resources",
    "/prompts",
    "/keys",
    "/members",
    "/secrets",
    "/budgets",
    "/ai-routes",
  ];
  const answers = await Promise.all(
    [...paths, `/tenants/${tenantId}`].map((path) => call("GET", path)),
  );
  // The last use of a key is written whenever it is used, by whomever it belongs to.
  return JSON.stringify(answers.map(({ body }) => body)).replace(/"last_used_at":[^,}]+/g, "");
}

type Operation = { requestBody?: unknown; security?: unknown[] };
type Document = { paths: Record<string, Record<string, Operation>> };

/**
 * Every operation that asks for a credential: method, path as described, and whether it takes a
 * body. The others say the same to anybody.
 */
export async function operationsOf(
  call: Call,
): Promise<{ method: string; path: string; takesBody: boolean }[]> {
  const { body } = await call<Document>("GET", "/openapi.json");
  return Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { security }]) => security?.length !== 0)
      .map(([method, { requestBody }]) => ({
        method: method.toUpperCase(),
        path,
        takesBody: requestBody !== undefined,
      })),
  );
}

/** Fits what the addresses with ids in them take, so that the ids decide the answer. */
const someBody = {
  ...{ status: "active", arguments: {}, revision: 1, version: 1, name: "x" },
  ...{ subject: { type: "role", id: "viewer" }, permissions: ["read"], permission: "read" },
  ...{ tools: [{ name: "x", digest: "x" }], names: ["x"], prefix: "x", digest: "x" },
  ...{ targets: [{ model: "x/x" }] },
};

/** What addresses take that know no key besides. */
const exactBodies: Record<string, object> = {
  "/resources/{resource_id}/query": { sql: "select 1" },
  "/resources/{resource_id}/select": { table: "secret" },
  "/resources/{resource_id}/execute": { sql: "delete from secret" },
  "/resources/{resource_id}/request": { path: "/secret" },
  "/resources/{resource_id}/files/link": { path: secretFile },
};

const queries: Record<string, string> = {
  "/resources/{resource_id}/columns": "?table=secret",
  "/resources/{resource_id}/files/content": `?path=${secretFile}`,
};

/** A path with the victim's ids in it. */
function addressOf(path: string, ids: Record<string, string>): string {
  const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const id = ids[name];
    if (id === undefined) throw new Error(`The victim has nothing for {${name}} of ${path}`);
    return encodeURIComponent(id);
  });
  return address + (queries[path] ?? "");
}

/** What to send to an address with the victim's ids in it: for a resource's, to one of each driver. */
export function attemptsAt(
  { path, takesBody }: { path: string; takesBody: boolean },
  { ids }: Victim,
  role: string,
): { address: string; body: object | undefined }[] {
  const body = takesBody ? (exactBodies[path] ?? { ...someBody, role }) : undefined;
  const others = path.includes("{resource_id}") ? withDrivers : [];
  return [ids, ...others.map(({ resource_id }) => ({ ...ids, resource_id }))].map((each) => ({
    address: addressOf(path, each),
    body,
  }));
}

/** Whether a foreign address was refused; what makes a thing there would make the caller's own. */
export function isRefusal(method: string, status: number, path = ""): boolean {
  const makes = method === "PUT" || path.endsWith("/append");
  return [403, 404, 405].includes(status) || (makes && status === 400);
}
