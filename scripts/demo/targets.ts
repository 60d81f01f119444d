import { initialize, mcpHeaders, type Rest, type Sent } from "./client.ts";
import type { Side, Stage } from "./stage.ts";

/** The first of each kind of thing that a side has. */
export function thingsOf(side: Side) {
  const [memory] = side.demo.memories;
  const [tool] = side.tools;
  const [resource] = side.demo.resources;
  const [prompt] = side.demo.prompts;
  if (!memory || !tool || !resource || !prompt) {
    throw new Error(`${side.tenantId} lacks something to reach`);
  }
  return { memory, tool, resource, prompt };
}

/** An address with what stands in braces filled in: the side's first tool, its secret and the like. */
export function fill(path: string, side: Side): string {
  const { memory, tool, resource, prompt } = thingsOf(side);
  const values: Record<string, string> = {
    tenant: side.tenantId,
    agent: memory.agent_id,
    tool: tool.toolId,
    resource: resource.resource_id,
    prompt: prompt.name,
    key: side.keyId,
    ...side.governed,
  };
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
}

export type Body = (from: Side, to: Side, stage: Stage) => unknown;

/** What requests carry that write such things, or act on them. */
export const bodies = {
  memory: (_from, to) => thingsOf(to).memory,
  resource: (_from, to) => thingsOf(to).resource,
  prompt: (_from, to) => thingsOf(to).prompt,
  render: () => ({ arguments: {} }),
  tool: (_from, to, stage) => {
    const { toolId, plan } = thingsOf(to).tool;
    const { name, description, parameters, path } = plan;
    const config = { implementation: stage.upstream.url + path };
    return { tool_id: toolId, name, description, parameters, config, is_dynamic: true };
  },
  dynamic: (_from, to, stage) => {
    const { name, description, parameters, path } = thingsOf(to).tool.plan;
    return { name, description, parameters, implementation: stage.upstream.url + path };
  },
  call: (_from, to) => ({ arguments: thingsOf(to).tool.plan.example }),
  key: () => ({ name: "stolen" }),
  platformKey: () => ({ name: "stolen", kind: "platform" }),
  password: () => ({
    current_password: "not the password",
    new_password: "not the password either",
  }),
  configure: (_from, to) => ({ ...to.demo.config, name: "Taken over" }),
  suspend: () => ({ status: "suspended" }),
  rotate: () => ({ overlap_seconds: 0 }),
  pull: (from, to, stage) => ({
    url: stage.deployment.url,
    token: from.key,
    tenant_id: to.tenantId,
  }),
  initialize: () => initialize,
} satisfies Record<string, Body>;

export interface Target {
  method: string;
  path: string;
  body?: Body;
}

/** What acts on things by their ids: with one's own credential they must not be there. */
export const byId: readonly Target[] = [
  { method: "GET", path: "/memory/{agent}" },
  { method: "DELETE", path: "/memory/{agent}" },
  { method: "GET", path: "/tools/{tool}" },
  { method: "POST", path: "/tools/{tool}/call", body: bodies.call },
  { method: "DELETE", path: "/tools/{tool}" },
  { method: "GET", path: "/resources/{resource}" },
  { method: "DELETE", path: "/resources/{resource}" },
  { method: "GET", path: "/prompts/{prompt}" },
  { method: "GET", path: "/prompts/{prompt}/versions" },
  { method: "GET", path: "/prompts/{prompt}/versions/1" },
  { method: "POST", path: "/prompts/{prompt}/versions/1/restore" },
  { method: "POST", path: "/prompts/{prompt}/render", body: bodies.render },
  { method: "DELETE", path: "/prompts/{prompt}" },
  { method: "GET", path: "/resources/{resource}/content" },
  { method: "PUT", path: "/resources/{resource}/content", body: bodies.resource },
  { method: "DELETE", path: "/resources/{resource}/content" },
  { method: "GET", path: "/keys/{key}" },
  { method: "POST", path: "/keys/{key}/rotate", body: bodies.rotate },
  { method: "DELETE", path: "/keys/{key}" },
  { method: "GET", path: "/tenants/{tenant}" },
  { method: "GET", path: "/tenants/{tenant}/stats" },
];

/** What only the platform may do. */
export const platformOnly: readonly Target[] = [
  { method: "PATCH", path: "/tenants/{tenant}", body: bodies.suspend },
  { method: "DELETE", path: "/tenants/{tenant}" },
  { method: "POST", path: "/tenants/configure", body: bodies.configure },
  { method: "GET", path: "/keys?kind=platform" },
  { method: "POST", path: "/keys", body: bodies.platformKey },
  { method: "POST", path: "/operator/password", body: bodies.password },
  { method: "GET", path: "/audit/platform" },
];

/** What acts for the tenant in effect: naming the other must be refused outright. */
export const byName: readonly Target[] = [
  { method: "GET", path: "/memory/all" },
  { method: "POST", path: "/memory/register", body: bodies.memory },
  { method: "GET", path: "/tools" },
  { method: "POST", path: "/tools/register", body: bodies.tool },
  { method: "POST", path: "/tools/dynamic/create", body: bodies.dynamic },
  { method: "GET", path: "/resources" },
  { method: "POST", path: "/resources/register", body: bodies.resource },
  { method: "GET", path: "/prompts" },
  { method: "POST", path: "/prompts", body: bodies.prompt },
  { method: "PUT", path: "/prompts/{prompt}", body: bodies.prompt },
  { method: "GET", path: "/keys" },
  { method: "POST", path: "/keys", body: bodies.key },
  { method: "GET", path: "/usage" },
  { method: "GET", path: "/audit" },
  { method: "POST", path: "/federation/memory/pull", body: bodies.pull },
  { method: "POST", path: "/federation/tools/pull", body: bodies.pull },
  { method: "POST", path: "/mcp", body: bodies.initialize },
  ...byId.filter(({ path }) => !path.startsWith("/tenants")),
];

/** ` not_found`: why the request was refused, as its problem document says it. */
function reasonIn(body: unknown): string {
  const code = typeof body === "object" && body !== null && "code" in body ? body.code : null;
  return typeof code === "string" ? ` ${code}` : "";
}

/** Sends the request with the attacker's key: `200`, or `404 not_found`. */
export async function attempt(
  rest: Rest,
  target: Target,
  sides: { stage: Stage; from: Side; to: Side },
  more: { query?: string; sent?: Sent } = {},
): Promise<string> {
  const { stage, from, to } = sides;
  const path = fill(target.path, to);
  const query = more.query ? `${path.includes("?") ? "&" : "?"}${more.query}` : "";
  const body = target.body?.(from, to, stage);
  const answer = await rest(target.method, path + query, {
    key: from.key,
    headers: mcpHeaders,
    ...(body === undefined ? {} : { body }),
    ...more.sent,
  });
  return answer.status + reasonIn(answer.body);
}

export function shown({ method, path }: Target): string {
  return `${method} ${path}`;
}
