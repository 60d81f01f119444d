import { isDeepStrictEqual } from "node:util";
import type { Client } from "@modelcontextprotocol/client";
import { z } from "zod";
import type { JsonObject } from "#lib/core/json.ts";
import { callToolResult } from "#lib/tools/schema.ts";
import { usageReport } from "#lib/usage/schema.ts";
import { expectOk, openMcp } from "./client.ts";
import { counted, type Report } from "./report.ts";
import type { Side, SideTool, Stage } from "./stage.ts";

/** The doors that a tenant's MCP clients come in by. */
const doors = [
  { path: () => "/mcp", mode: "auto" },
  { path: () => "/mcp", mode: "legacy" },
  { path: (side: Side) => `/t/${side.tenantId}/mcp`, mode: "legacy" },
] as const;

/** What the upstream itself answers: what a tool's answer must be, whichever way it came. */
async function fromUpstream(stage: Stage, { plan }: SideTool): Promise<unknown> {
  const response = await fetch(stage.upstream.url + plan.path, {
    method: "POST",
    body: JSON.stringify(plan.example),
  });
  return response.json();
}

/** Calls each of the tools by MCP; true for those whose answer is the upstream's. */
async function callAll(
  stage: Stage,
  client: Client,
  tools: readonly SideTool[],
): Promise<Map<string, boolean>> {
  const right = new Map<string, boolean>();
  for (const tool of tools) {
    const result = await client.callTool({ name: tool.plan.name, arguments: tool.plan.example });
    const same = isDeepStrictEqual(result.structuredContent, await fromUpstream(stage, tool));
    right.set(tool.plan.name, result.isError !== true && same);
  }
  return right;
}

async function callByMcp(stage: Stage, side: Side, report: Report): Promise<number> {
  let calls = 0;
  for (const { path, mode } of doors) {
    const address = path(side);
    const client = await openMcp(stage.deployment.url + address, side.key, mode);
    try {
      const revision = client.getNegotiatedProtocolVersion() ?? "no revision";
      const listed = (await client.listTools()).tools.map(({ name }) => name);
      const own = side.tools.every(({ plan }) => listed.includes(plan.name));
      const where = `${side.tenantId} at ${address}, ${revision}`;
      report.check(`${where}: lists its tools`, own, `${listed.length} tools`);
      const right = await callAll(stage, client, side.tools);
      calls += right.size;
      const wrong = [...right].filter(([, ok]) => !ok).map(([name]) => name);
      const found = wrong.length === 0 ? `${right.size} answered` : `wrong: ${wrong.join(", ")}`;
      report.check(`${where}: calls each of them`, wrong.length === 0, found);
    } finally {
      await client.close();
    }
  }
  return calls;
}

async function callByRest(stage: Stage, side: Side, report: Report): Promise<number> {
  const [tool] = side.tools;
  if (!tool) return 0;
  const path = `/tools/${tool.toolId}/call`;
  const call = (args: JsonObject) =>
    stage.rest("POST", path, { key: side.key, body: { arguments: args } });
  const result = callToolResult.parse(await expectOk(call(tool.plan.example), path));
  const same = isDeepStrictEqual(result.structuredContent, await fromUpstream(stage, tool));
  report.check(`${side.tenantId} calls ${tool.plan.name} by REST`, same && !result.isError);
  const refused = callToolResult.parse(await expectOk(call({ nonsense: 1 }), path));
  report.check(
    `${side.tenantId} is told what is wrong with arguments that do not fit`,
    refused.isError === true,
    textOf(refused),
  );
  return 2;
}

function textOf(result: z.output<typeof callToolResult>): string {
  const [first] = result.content;
  return first?.type === "text" ? (first.text.split("\n").at(-1) ?? "") : "";
}

/** The tenant's calls and errors of tools since yesterday. */
async function ledgerOf(stage: Stage, side: Side): Promise<{ calls: number; errors: number }> {
  const path = "/usage?kind=tool_call&group_by=name";
  const answer = stage.rest("GET", path, { key: side.key });
  const { total, rows } = usageReport.parse(await expectOk(answer, path));
  const named = new Set(side.tools.map(({ plan }) => plan.name));
  const ours = rows.filter(({ group }) => named.has(group));
  const calls = ours.reduce((sum, row) => sum + row.calls, 0);
  return {
    calls,
    errors: Math.min(
      total.errors,
      ours.reduce((sum, row) => sum + row.errors, 0),
    ),
  };
}

const stats = z.object({
  tenant_id: z.string(),
  memories_count: z.number(),
  tools_count: z.number(),
  dynamic_tools_count: z.number(),
  resources_count: z.number(),
  resource_types: z.array(z.string()),
  calls: z.number(),
});

async function checkStats(stage: Stage, side: Side, report: Report): Promise<void> {
  const path = `/tenants/${side.tenantId}/stats`;
  const found = stats.parse(await expectOk(stage.rest("GET", path, { key: side.key }), path));
  const { demo, tools } = side;
  const types = demo.resources.map(({ type }) => type);
  const whole =
    found.tenant_id === side.tenantId &&
    found.memories_count >= demo.memories.length &&
    found.tools_count >= tools.length &&
    found.dynamic_tools_count >= tools.length &&
    found.resources_count >= demo.resources.length &&
    types.every((type) => found.resource_types.includes(type)) &&
    found.calls >= tools.length;
  const told = [
    counted(found.memories_count, "memory", "memories"),
    counted(found.tools_count, "tool"),
    counted(found.resources_count, "resource"),
    counted(found.calls, "call"),
  ].join(", ");
  report.check(`${side.tenantId}'s statistics count what it has`, whole, told);
}

/** What a tenant may pull from a peer by its own key comes through: the refusals mean something. */
async function pullOwn(stage: Stage, side: Side, report: Report): Promise<void> {
  if (side.demo.config.mcp_config?.federation_enabled !== true) return;
  const { url } = stage.deployment;
  const body = { url, token: side.key, tenant_id: side.tenantId };
  const path = "/federation/memory/pull";
  const { status, body: found } = await stage.rest("POST", path, { key: side.key, body });
  report.check(`${side.tenantId} pulls its own memories`, status === 200, JSON.stringify(found));
}

/** Every tenant calls its own tools by MCP and REST; then the ledger must hold just those calls. */
export async function callTools(stage: Stage, report: Report): Promise<void> {
  report.section("Calls by MCP and REST");
  for (const side of stage.sides) {
    const before = await ledgerOf(stage, side);
    const calls = (await callByMcp(stage, side, report)) + (await callByRest(stage, side, report));
    const after = await ledgerOf(stage, side);
    const entered = after.calls - before.calls;
    const failed = after.errors - before.errors;
    // On a deployment that others use, their calls stand in the ledger besides ours.
    const exact = stage.deployment.own ? entered === calls && failed === 1 : entered >= calls;
    const found = `${calls} calls made, ${entered} in the ledger, ${failed} of them failed`;
    report.check(`${side.tenantId}'s ledger holds the calls`, exact, found);
    await checkStats(stage, side, report);
    // It writes all of the tenant's memories anew, which is for a deployment of our own only.
    if (stage.deployment.own) await pullOwn(stage, side, report);
  }
}
