import type { Client } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { freshTenant, tenantCtx } from "#lib/testing/context.ts";
import type { Listening } from "#lib/testing/deployment.ts";
import { decideApproval } from "#lib/tools/governance/approvals.ts";
import { putGrants } from "#lib/tools/governance/grants.ts";
import { putPolicy } from "#lib/tools/governance/policies.ts";
import { setSwitch } from "#lib/tools/governance/switches.ts";
import { putLimit } from "#lib/tools/governance/tool-limits.ts";
import { registerTool } from "#lib/tools/service.ts";
import { type Era, keyOf, openClient, serveApi } from "./testing.ts";

useTestDatabase();

let server: Listening;

beforeAll(async () => {
  server = await serveApi();
});

afterAll(() => server.close());

async function tenantWith(...names: string[]): Promise<Ctx> {
  const ctx = await freshTenant({ mcp_config: { built_in_tools: false } });
  const config = { implementation: "internal:echo" };
  for (const name of names) await registerTool(ctx, { tool_id: name, name, config });
  return ctx;
}

const names = async (client: Client) =>
  (await client.listTools()).tools.map(({ name }) => name).sort();

test.each(["modern", "legacy"] satisfies Era[])(
  "a %s client is shown and may call what its key was granted, and nothing disabled or stopped",
  async (era) => {
    const ctx = await tenantWith("a", "b", "c", "d");
    const agent = await openClient(server.url, await keyOf(ctx, { agent_id: "robot" }), era);
    const other = await openClient(server.url, await keyOf(ctx), era);
    await putGrants(ctx, "b", { grants: [{ type: "agent", id: "robot" }] });
    await putPolicy(ctx, "c", { enabled: false, disabled_reason: "old" });
    await setSwitch(ctx, { scope: "tool", target_id: "d", reason: "an incident" });
    expect(await names(agent)).toEqual(["a", "b"]);
    expect(await names(other)).toEqual(["a"]);
    expect((await agent.callTool({ name: "b", arguments: {} })).isError).toBeUndefined();
    await expect(other.callTool({ name: "b", arguments: {} })).rejects.toMatchObject({
      code: -32602,
      data: { code: "not_found" },
    });
    expect(await other.callTool({ name: "c", arguments: {} })).toMatchObject({
      isError: true,
      structuredContent: {
        error: { code: "tool_disabled", message: expect.stringContaining("old") },
      },
    });
    expect(await other.callTool({ name: "d", arguments: {} })).toMatchObject({
      structuredContent: { error: { code: "stopped" } },
    });
    await putLimit(ctx, { tool_id: "a", calls_per_day: 1 });
    await other.callTool({ name: "a", arguments: {} });
    await expect(other.callTool({ name: "a", arguments: {} })).rejects.toMatchObject({
      data: { code: "rate_limited", retry_after_seconds: expect.any(Number) },
    });
    await Promise.all([agent.close(), other.close()]);
  },
);

test("the search of a large catalog finds nothing that its caller was not granted", async () => {
  const ctx = await freshTenant({ mcp_config: { tool_search_above: 1 } });
  for (const name of ["invoice_a", "invoice_b", "invoice_c"]) {
    await registerTool(ctx, { tool_id: name, name, config: { implementation: "internal:echo" } });
  }
  await putGrants(ctx, "invoice_b", { grants: [{ type: "role", id: "owner" }] });
  const client = await openClient(server.url, await keyOf(ctx), "modern");
  const { structuredContent } = await client.callTool({
    name: "search_tools",
    arguments: { query: "invoice", limit: 2 },
  });
  const { tools } = structuredContent as { tools: { name: string }[] };
  expect(tools.map(({ name }) => name).sort()).toEqual(["invoice_a", "invoice_c"]);
  await client.close();
});

test("a tool that was not granted is not found as a task either, and leaves none", async () => {
  const ctx = await freshTenant();
  await registerTool(ctx, {
    ...{ tool_id: "t", name: "t", task_support: "required" },
    config: { implementation: "internal:echo" },
  });
  await putGrants(ctx, "t", { grants: [{ type: "role", id: "owner" }] });
  const client = await openClient(server.url, await keyOf(ctx), "modern");
  await expect(client.callTool({ name: "t", arguments: {} })).rejects.toMatchObject({
    data: { code: "not_found" },
  });
  await client.close();
});

test("clients hear that the list of tools changed when what governs it does", async () => {
  const ctx = await tenantWith("a");
  const told: string[] = [];
  const client = await openClient(server.url, await keyOf(ctx), "modern", {
    listChanged: { tools: { autoRefresh: false, onChanged: () => void told.push("tools") } },
  });
  await putPolicy(ctx, "a", { enabled: false });
  await vi.waitFor(() => expect(told).toEqual(["tools"]), { timeout: 10_000 });
  await client.close();
});

test("an approved call that asks its user first is one call: the approval lasts until it has run", async () => {
  const ctx = await freshTenant();
  await registerTool(ctx, {
    ...{ tool_id: "t", name: "t", confirm: "always" },
    config: { implementation: "internal:echo" },
  });
  await putPolicy(ctx, "t", { approval: "always" });
  await putLimit(ctx, { tool_id: "t", calls_per_day: 1 });
  const client = await openClient(server.url, await keyOf(ctx), "modern", {
    capabilities: { elicitation: { form: {} } },
  });
  client.setRequestHandler("elicitation/create", () => ({
    action: "accept",
    content: { confirm: true },
  }));
  const call = () => client.callTool({ name: "t", arguments: { a: 1 } });
  const { error } = (await call()).structuredContent as { error: Record<string, string> };
  expect(error.code).toBe("approval_required");
  const boss = tenantCtx(ctx.tenantId);
  await decideApproval(boss, error.approval_id ?? "", "approved", {});
  expect(await call()).toMatchObject({ structuredContent: { a: 1 } });
  expect((await call()).structuredContent).toMatchObject({ error: { code: "approval_required" } });
  await client.close();
});

test("the platform's own tools stop with the tenant and with the agent", async () => {
  const ctx = await freshTenant();
  const agent = await openClient(server.url, await keyOf(ctx, { agent_id: "robot" }), "modern");
  const other = await openClient(server.url, await keyOf(ctx), "modern");
  const list = async (client: Client) =>
    (await client.callTool({ name: "memory_list", arguments: {} })).isError ?? false;
  expect(await Promise.all([list(agent), list(other)])).toEqual([false, false]);
  await setSwitch(ctx, { scope: "agent", target_id: "robot", reason: "an incident" });
  expect(await Promise.all([list(agent), list(other)])).toEqual([true, false]);
  await setSwitch(ctx, { scope: "tenant", reason: "an incident" });
  expect(await list(other)).toBe(true);
  await Promise.all([agent.close(), other.close()]);
});
