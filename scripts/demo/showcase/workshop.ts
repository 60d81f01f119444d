import { setTimeout as sleep } from "node:timers/promises";
import type { CallToolResult, Client } from "@modelcontextprotocol/client";
import { z } from "zod";
import { newApiKey } from "#lib/auth/schema.ts";
import { type Answer, expectOk, openMcp } from "../client.ts";
import type { Report } from "../report.ts";
import type { Stage } from "../stage.ts";
import { type Service, startService } from "./service.ts";

/** A tenant of the demo's own, made for the showcase and deleted with everything in it. */
export interface Workshop {
  stage: Stage;
  report: Report;
  service: Service;
  tenantId: string;
  key: string;
  /** An MCP client with the tenant's key. */
  mcp: Client;
  /** With the tenant's key, unless another is given. */
  rest(method: string, path: string, body?: unknown, key?: string): Promise<Answer>;
  /** The same, where anything but success ends the demo. */
  must(method: string, path: string, body?: unknown): Promise<unknown>;
  /** Calls a tool by MCP. */
  call(name: string, args: Record<string, unknown>): Promise<CallToolResult>;
}

const tenantId = "npm_run_demo";
const partnerId = "npm_run_demo_partner";

/** Allows the hosts to be called, besides those that were allowed before. */
export async function allowHosts({ stage }: Workshop, ...hosts: string[]): Promise<void> {
  const { key } = stage.deployment;
  const path = `/tenants/${tenantId}`;
  const found = await expectOk(stage.rest("GET", path, { key }), `GET ${path}`);
  const { egress_allow } = z.object({ egress_allow: z.array(z.string()) }).parse(found);
  await configure(stage, [...egress_allow, ...hosts]);
}

async function configure(stage: Stage, egress_allow: string[]): Promise<void> {
  const mcp_config = { federation_enabled: true };
  const body = { tenant_id: tenantId, name: "npm run demo", egress_allow, mcp_config };
  const sent = { key: stage.deployment.key, body };
  await expectOk(stage.rest("POST", "/tenants/configure", sent), "POST /tenants/configure");
}

/** Also what a run left behind that was killed. */
async function deleteTenant(stage: Stage, id = tenantId): Promise<void> {
  const { key } = stage.deployment;
  const { status } = await stage.undo("DELETE", `/tenants/${id}`, { key });
  if (status !== 200 && status !== 404) throw new Error(`DELETE /tenants/${id}: ${status}`);
}

/** Another tenant, as empty as can be, deleted at the end; its key stands for everybody in it. */
export async function openPartner({ stage }: Workshop): Promise<{ id: string; key: string }> {
  const { key } = stage.deployment;
  await deleteTenant(stage, partnerId);
  const body = {
    tenant_id: partnerId,
    name: "A partner",
    mcp_config: { federation_enabled: true },
  };
  await expectOk(
    stage.rest("POST", "/tenants/configure", { key, body }),
    "POST /tenants/configure",
  );
  const run = () => deleteTenant(stage, partnerId);
  stage.cleanups.push({ what: `delete the tenant ${partnerId}`, run });
  const sent = { key, tenant: partnerId, body: { name: "demo", scopes: ["*"] } };
  const made = newApiKey.parse(await expectOk(stage.rest("POST", "/keys", sent), "POST /keys"));
  return { id: partnerId, key: made.key };
}

/** A key of the workshop; with fewer scopes it stands for an agent, who governs nothing. */
export async function makeKey(
  { stage }: Pick<Workshop, "stage">,
  scopes: string[],
  agent_id?: string,
): Promise<{ key_id: string; key: string }> {
  const body = { name: "demo", scopes, ...(agent_id === undefined ? {} : { agent_id }) };
  const sent = { key: stage.deployment.key, tenant: tenantId, body };
  return newApiKey.parse(await expectOk(stage.rest("POST", "/keys", sent), "POST /keys"));
}

export async function openWorkshop(stage: Stage, report: Report): Promise<Workshop> {
  await deleteTenant(stage);
  const service = await startService();
  stage.cleanups.push({ what: "stop the workshop's service", run: () => service.close() });
  await configure(stage, [service.host]);
  stage.cleanups.push({ what: `delete the tenant ${tenantId}`, run: () => deleteTenant(stage) });
  const { key } = await makeKey({ stage }, ["*"]);
  const mcp = await openMcp(`${stage.deployment.url}/mcp`, key, "auto");
  stage.cleanups.push({ what: "close the workshop's client", run: () => mcp.close() });
  const rest: Workshop["rest"] = (method, path, body, other) =>
    stage.rest(method, path, { key: other ?? key, ...(body === undefined ? {} : { body }) });
  return {
    ...{ stage, report, service, tenantId, key, mcp, rest },
    must: (method, path, body) => expectOk(rest(method, path, body), `${method} ${path}`),
    async call(name, args) {
      stage.stop.throwIfAborted();
      return mcp.callTool({ name, arguments: args });
    },
  };
}

const failure = z.object({ error: z.object({ code: z.string() }) });

/** The code of a tool's own failure; null where the call succeeded. */
export function errorCode(result: { isError?: boolean | undefined; structuredContent?: unknown }) {
  if (result.isError !== true) return null;
  return failure.safeParse(result.structuredContent).data?.error.code ?? "error";
}

/** The text of a result, cut to what fits a line. */
export function textOf({ content }: { content: readonly { type: string }[] }): string {
  const [first] = content as readonly { type: string; text?: string }[];
  const text = first?.type === "text" ? (first.text ?? "") : "";
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}

/** The revision that a call ran, as its result says. */
export function revisionOf({ _meta }: { _meta?: Record<string, unknown> | undefined }): unknown {
  return _meta?.["tausestack/revision"];
}

/** How long it took until `look` saw what it waits for, in ms; null where it never did. */
export async function msUntil(look: () => Promise<boolean>): Promise<number | null> {
  const start = performance.now();
  while (performance.now() - start < 3000) {
    if (await look()) return Math.round(performance.now() - start);
    await sleep(20);
  }
  return null;
}
