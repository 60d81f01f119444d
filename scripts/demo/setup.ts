import { z } from "zod";
import { newApiKey } from "#lib/auth/schema.ts";
import type { DemoTenant, DemoTool } from "#lib/demo/demo-tenant.ts";
import { demoTenants } from "#lib/demo/tenants.ts";
import { type Tenant, tenant } from "#lib/tenants/schema.ts";
import { type Tool, tool } from "#lib/tools/schema.ts";
import { expectOk, type Rest } from "./client.ts";
import { placeGoverned } from "./governed.ts";
import { counted, type Report } from "./report.ts";
import type { SideTool, Stage } from "./stage.ts";

/** `127.0.0.1:41234`, as an allow-list names it. */
function egressEntry(address: string): string {
  const { hostname, port, protocol } = new URL(address);
  return `${hostname}:${port || (protocol === "https:" ? "443" : "80")}`;
}

async function findTenant(stage: Stage, tenantId: string): Promise<Tenant | null> {
  const { key } = stage.deployment;
  const answer = stage.rest("GET", `/tenants/${tenantId}`, { key });
  if ((await answer).status === 404) return null;
  return tenant.parse(await expectOk(answer, `GET /tenants/${tenantId}`));
}

/** A tenant that is there keeps its configuration; the upstream is allowed until the end. */
async function configure(stage: Stage, demo: DemoTenant): Promise<void> {
  const { key, url } = stage.deployment;
  const existing = await findTenant(stage, demo.config.tenant_id);
  const config = { ...(existing ?? demo.config), egress_allow: existing?.egress_allow ?? [] };
  // The deployment itself too: a federation pull from it must fail for its own reasons.
  const added = [egressEntry(stage.upstream.url), egressEntry(url)];
  const body = { ...config, egress_allow: [...new Set([...config.egress_allow, ...added])] };
  await expectOk(
    stage.rest("POST", "/tenants/configure", { key, body }),
    "POST /tenants/configure",
  );
  stage.cleanups.push({
    what: `close the way from ${config.tenant_id} to the upstream`,
    run: () =>
      expectOk(
        stage.undo("POST", "/tenants/configure", { key, body: config }),
        "POST /tenants/configure",
      ),
  });
}

/** A new key of the tenant, with all of its scopes; revoked at the end. */
export async function mintKey(
  stage: Stage,
  tenantId: string,
): Promise<{ keyId: string; key: string }> {
  const { key } = stage.deployment;
  const body = { name: "npm run demo", scopes: ["*"] };
  const made = newApiKey.parse(
    await expectOk(stage.rest("POST", "/keys", { key, tenant: tenantId, body }), "POST /keys"),
  );
  stage.cleanups.push({
    what: `revoke ${made.key_id}`,
    run: () =>
      expectOk(
        stage.undo("DELETE", `/keys/${made.key_id}`, { key, tenant: tenantId }),
        `DELETE /keys/${made.key_id}`,
      ),
  });
  return { keyId: made.key_id, key: made.key };
}

/** Creates the tool, or has the one of that name call our upstream until the end. */
async function placeTool(
  stage: Stage,
  key: string,
  existing: Tool | undefined,
  plan: DemoTool,
): Promise<SideTool> {
  const { rest, undo, upstream } = stage;
  const implementation = upstream.url + plan.path;
  const register = (send: Rest, body: unknown) =>
    expectOk(send("POST", "/tools/register", { key, body }), "POST /tools/register");
  if (existing) {
    await register(rest, { ...existing, config: { ...existing.config, implementation } });
    stage.cleanups.push({ what: `restore ${plan.name}`, run: () => register(undo, existing) });
    return { toolId: existing.tool_id, plan };
  }
  const { name, title, description, annotations, parameters } = plan;
  const body = { name, title, description, annotations, parameters, implementation };
  const made = tool.parse(
    await expectOk(rest("POST", "/tools/dynamic/create", { key, body }), `creating ${name}`),
  );
  stage.cleanups.push({
    what: `delete ${name}, whose upstream ends`,
    run: () => expectOk(undo("DELETE", `/tools/${made.tool_id}`, { key }), `deleting ${name}`),
  });
  return { toolId: made.tool_id, plan };
}

/** Registers what is missing: on a deployment that has the demo already, its data stays as it is. */
async function registerMissing(stage: Stage, demo: DemoTenant, key: string): Promise<void> {
  const { rest } = stage;
  const isThere = async (path: string) => (await rest("GET", path, { key })).status === 200;
  for (const body of demo.memories) {
    if (await isThere(`/memory/${body.agent_id}`)) continue;
    await expectOk(rest("POST", "/memory/register", { key, body }), "POST /memory/register");
  }
  for (const body of demo.resources) {
    if (await isThere(`/resources/${body.resource_id}`)) continue;
    await expectOk(rest("POST", "/resources/register", { key, body }), "POST /resources/register");
  }
  for (const body of demo.prompts) {
    if (await isThere(`/prompts/${body.name}`)) continue;
    await expectOk(rest("POST", "/prompts", { key, body }), "POST /prompts");
  }
}

async function placeTools(stage: Stage, demo: DemoTenant, key: string): Promise<SideTool[]> {
  const answer = stage.rest("GET", "/tools", { key });
  const found = z.array(tool).parse(await expectOk(answer, "GET /tools"));
  const tools: SideTool[] = [];
  for (const plan of demo.tools) {
    const existing = found.find(({ name }) => name === plan.name);
    tools.push(await placeTool(stage, key, existing, plan));
  }
  return tools;
}

/** Sets the three tenants up with everything that belongs to them, each by its own key. */
export async function setUp(stage: Stage, report: Report): Promise<void> {
  report.section("Tenants, memories, tools, resources and prompts");
  for (const demo of demoTenants) {
    const tenantId = demo.config.tenant_id;
    await configure(stage, demo);
    const { keyId, key } = await mintKey(stage, tenantId);
    await registerMissing(stage, demo, key);
    const tools = await placeTools(stage, demo, key);
    const label = tenantId.replace("cliente_", "");
    const isFederated = demo.config.mcp_config?.federation_enabled === true;
    const governed = await placeGoverned(stage, { key, label, isFederated });
    stage.sides.push({ tenantId, label, demo, keyId, key, tools, governed });
    const made = [
      counted(demo.memories.length, "memory", "memories"),
      counted(tools.length, "tool"),
      counted(demo.resources.length, "resource"),
      counted(demo.prompts.length, "prompt"),
    ].join(", ");
    report.check(`${tenantId} is configured`, true, made);
  }
}

/** Undoes what must not stay; what cannot be undone is a failure of the demo. */
export async function cleanUp(stage: Stage, report: Report): Promise<void> {
  report.section("Cleaning up");
  for (const { what, run } of stage.cleanups.toReversed()) {
    try {
      await run();
      report.count(what, true, "");
    } catch (error) {
      report.check(what, false, (error as Error).message);
    }
  }
  report.note(`${stage.cleanups.length} things undone; the tenants and their data stay.`);
}
