import { withPlatform } from "#db/transaction.ts";
import { configureTenant } from "#lib/admin/tenants.ts";
import { auditPlatform, listPlatformAudit } from "#lib/audit/service.ts";
import { systemCtx, systemTenantCtx } from "#lib/auth/identity.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { parse } from "#lib/core/parse.ts";
import { listMemories, registerMemory } from "#lib/memory/service.ts";
import { createPrompt, listPrompts } from "#lib/prompts/service.ts";
import { listResources, registerResource } from "#lib/resources/service.ts";
import { listSecrets, putSecret } from "#lib/secrets/service.ts";
import { configureTenantInput, type Tenant } from "#lib/tenants/schema.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";
import type { Tool } from "#lib/tools/schema.ts";
import { listTools, registerTool } from "#lib/tools/service.ts";
import type { DemoTenant, DemoTool, DevelopedTool } from "./demo-tenant.ts";
import { demoTenants } from "./tenants.ts";

const actor = "demo-seed";
const seeded = "demo.seed";

/** True once a seeding has come to its end; what the operator deletes afterwards stays deleted. */
async function isSeeded(): Promise<boolean> {
  const { items } = await listPlatformAudit(systemCtx(actor), { action: seeded, limit: 1 });
  return items.length > 0;
}

async function markSeeded(): Promise<void> {
  await withPlatform((tx) =>
    auditPlatform(tx, systemCtx(actor), {
      action: seeded,
      target: { type: "deployment", id: "demo" },
      after: { tenants: demoTenants.map(({ config }) => config.tenant_id) },
    }),
  );
}

/** `127.0.0.1:41234`, as an allow-list names it. */
function egressEntry(url: URL): string {
  return `${url.hostname}:${url.port || "80"}`;
}

function addressOf(tool: Tool): URL | null {
  const { implementation } = tool.config;
  return typeof implementation === "string" ? URL.parse(implementation) : null;
}

function isAt(tool: Tool, upstream: URL): boolean {
  return addressOf(tool)?.origin === upstream.origin;
}

/**
 * The address where the tool calls an upstream of an earlier start; null where it calls this one,
 * or what the operator has put in its place.
 */
function earlierUpstream(tool: Tool, path: string | null, upstream: URL): URL | null {
  const url = addressOf(tool);
  if (!url || url.origin === upstream.origin || url.pathname !== path) return null;
  return /^(127\.|localhost$|\[::1\]$)/.test(url.hostname) ? url : null;
}

async function allowUpstream(tenant: Tenant, upstream: URL, stale: URL[]): Promise<void> {
  const entry = egressEntry(upstream);
  const gone = new Set(stale.map(egressEntry));
  const kept = tenant.egress_allow.filter((text) => text !== entry && !gone.has(text));
  const egress_allow = [...kept, entry];
  if (egress_allow.join() === tenant.egress_allow.join()) return;
  await configureTenant(systemCtx(actor), parse(configureTenantInput, { ...tenant, egress_allow }));
}

/** The demo's tools as they stand in the tenant, each with what it is called in the demo. */
async function findTools(
  ctx: Ctx,
  demo: DemoTenant,
): Promise<{ tool: Tool; plan: DemoTool | DevelopedTool }[]> {
  const { items } = await listTools(ctx, { include_dynamic: true });
  return [...demo.tools, ...demo.developed].flatMap((plan) => {
    const tool =
      items.find(({ tool_id }) => tool_id === plan.name) ??
      items.find(({ name }) => name === plan.name);
    return tool ? [{ tool, plan }] : [];
  });
}

/** Points the tools that still call an upstream of an earlier start to this one. */
async function repoint(
  ctx: Ctx,
  demo: DemoTenant,
  tenant: Tenant,
  upstream: URL,
  first: boolean,
): Promise<void> {
  const found = await findTools(ctx, demo);
  const moved = found.flatMap(({ tool, plan }) => {
    const from = earlierUpstream(tool, plan.path, upstream);
    return from ? [{ tool, path: plan.path, from }] : [];
  });
  const calling = found.some(({ tool }) => isAt(tool, upstream));
  if (!first && !calling && moved.length === 0) return;
  const stale = moved.map(({ from }) => from);
  await allowUpstream(tenant, upstream, stale);
  for (const { tool, path } of moved) {
    const config = { ...tool.config, implementation: upstream.origin + path };
    await registerTool(ctx, { ...tool, config });
  }
}

/** The loopback port that the demo's tools call since an earlier start; null where none does. */
export async function findDemoPort(): Promise<number | null> {
  for (const demo of demoTenants) {
    const { tenant_id } = demo.config;
    if (!(await findSnapshot(tenant_id))) continue;
    const nowhere = new URL("http://127.0.0.1:0");
    for (const { tool, plan } of await findTools(systemTenantCtx(actor, tenant_id), demo)) {
      const from = earlierUpstream(tool, plan.path, nowhere);
      if (from?.hostname === nowhere.hostname && from.port !== "") return Number(from.port);
    }
  }
  return null;
}

async function createMissing(ctx: Ctx, demo: DemoTenant, upstream: URL): Promise<void> {
  const memories = (await listMemories(ctx, {})).items.map(({ agent_id }) => agent_id);
  for (const memory of demo.memories) {
    if (!memories.includes(memory.agent_id)) await registerMemory(ctx, memory);
  }
  const secrets = (await listSecrets(ctx, {})).items.map(({ name }) => name);
  for (const { name, ...secret } of demo.secrets) {
    if (!secrets.includes(name)) await putSecret(ctx, name, secret);
  }
  const tools = (await findTools(ctx, demo)).map(({ plan }) => plan);
  for (const plan of [...demo.tools, ...demo.developed]) {
    if (tools.includes(plan)) continue;
    const { name, title, description, annotations, parameters, path } = plan;
    const config = "config" in plan ? plan.config : {};
    const address = path === null ? {} : { implementation: upstream.origin + path };
    await registerTool(ctx, {
      ...{ tool_id: name, name, title, description, annotations, parameters },
      config: { ...config, ...address },
      is_dynamic: !("config" in plan),
    });
  }
  const resources = (await listResources(ctx, {})).items.map(({ resource_id }) => resource_id);
  for (const resource of demo.resources) {
    if (!resources.includes(resource.resource_id)) await registerResource(ctx, resource);
  }
  const prompts = (await listPrompts(ctx, {})).items.map(({ name }) => name);
  for (const prompt of demo.prompts) {
    if (!prompts.includes(prompt.name)) await createPrompt(ctx, prompt);
  }
}

/**
 * Creates the demo tenants with their memories, secrets, tools, resources and prompts, the tools
 * calling the demo's upstream at `upstreamUrl` (an origin). May be called at every start: a seeding that was cut short
 * is completed, a finished one only points the tools to the upstream of this start, and nothing
 * that the operator has changed or deleted is touched.
 */
export async function seedDemo(upstreamUrl: string): Promise<void> {
  const upstream = new URL(upstreamUrl);
  const first = !(await isSeeded());
  for (const demo of demoTenants) {
    const { tenant_id } = demo.config;
    const ctx = systemTenantCtx(actor, tenant_id);
    const existing = (await findSnapshot(tenant_id))?.tenant;
    if (!existing && !first) continue;
    if (existing) await repoint(ctx, demo, existing, upstream, first);
    else {
      const egress_allow = [egressEntry(upstream)];
      await configureTenant(systemCtx(actor), { ...demo.config, egress_allow });
    }
    if (first) await createMissing(ctx, demo, upstream);
  }
  if (first) await markSeeded();
}
