import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { configureTenant, deleteTenant } from "#lib/admin/tenants.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { freshTenant, platformCtx, tenantCtx } from "#lib/testing/context.ts";
import { reportUsage } from "#lib/usage/service.ts";
import type { CallToolResult } from "../schema.ts";
import { createDynamicTool, deleteTool, registerTool } from "../service.ts";
import { callTool } from "./call.ts";

useTestDatabase();

/** A real endpoint: gives the arguments back, or fails when they say so. */
const endpoint = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    calls += 1;
    const args = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    response.statusCode = args.fail ? 500 : 200;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ got: args }));
  });
});
let calls = 0;
let address = "";

beforeAll(async () => {
  await new Promise<void>((resolve) => endpoint.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}`;
});

afterAll(() => {
  endpoint.closeAllConnections();
  endpoint.close();
});

const withLoopback = () => freshTenant({ egress_allow: ["127.0.0.1"] });

async function addTool(ctx: Ctx, implementation: string, parameters = {}): Promise<void> {
  await registerTool(ctx, { tool_id: "t1", name: "tool", config: { implementation }, parameters });
}

const call = (ctx: Ctx, args = {}) => callTool(ctx, { mcpName: "tool", arguments: args });

function errorCode(result: CallToolResult): string {
  expect(result.isError).toBe(true);
  return (result.structuredContent as { error: { code: string } }).error.code;
}

async function ledger(ctx: Ctx) {
  const { rows } = await reportUsage(ctx, { group_by: "status", kind: "tool_call" });
  return Object.fromEntries(rows.map(({ group, calls: count }) => [group, count]));
}

test("a call reaches the endpoint with defaults filled in, and stands in the ledger by then", async () => {
  const ctx = await withLoopback();
  await addTool(ctx, address, { q: { type: "string", required: true }, n: { default: 3 } });
  const result = await call(ctx, { q: "x" });
  expect(result.structuredContent).toEqual({ got: { q: "x", n: 3 } });
  expect(await ledger(ctx)).toEqual({ ok: 1 });
  const { rows } = await reportUsage(ctx, { group_by: "name" });
  expect(rows).toMatchObject([{ group: "tool", calls: 1, errors: 0 }]);
});

test("the tool is found by its id as well, and never by the other's kind of name", async () => {
  const ctx = await withLoopback();
  await addTool(ctx, "internal:echo");
  const byId = await callTool(ctx, { toolId: "t1", arguments: { a: 1 } });
  expect(byId.structuredContent).toEqual({ a: 1 });
  await expect(callTool(ctx, { toolId: "tool", arguments: {} })).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(callTool(ctx, { mcpName: "t1", arguments: {} })).rejects.toMatchObject({
    code: "not_found",
  });
});

test("arguments that do not fit are told by field, metered, and never sent", async () => {
  const ctx = await withLoopback();
  await addTool(ctx, address, { q: { type: "string", required: true }, n: { type: "integer" } });
  const before = calls;
  const result = await call(ctx, { n: "three" });
  expect(errorCode(result)).toBe("invalid_arguments");
  expect(result.content).toEqual([
    {
      type: "text",
      text: "The arguments of tool do not fit. Change these and call it again:\n- /q: is required (string)\n- /n: must be integer",
    },
  ]);
  expect(calls).toBe(before);
  expect(await ledger(ctx)).toEqual({ error: 1 });
});

test("an endpoint that fails is a tool error, metered as one", async () => {
  const ctx = await withLoopback();
  await addTool(ctx, address);
  expect(errorCode(await call(ctx, { fail: true }))).toBe("endpoint_failed");
  expect(await ledger(ctx)).toEqual({ error: 1 });
});

test("an address outside what the tenant may reach is a tool error", async () => {
  const ctx = await freshTenant();
  await addTool(ctx, address);
  const before = calls;
  expect(errorCode(await call(ctx))).toBe("egress_blocked");
  expect(calls).toBe(before);
});

test("a change to what the tenant may reach holds from the next call on", async () => {
  const ctx = await freshTenant();
  await addTool(ctx, address);
  expect(errorCode(await call(ctx))).toBe("egress_blocked");
  await configureTenant(platformCtx(), {
    tenant_id: ctx.tenantId,
    name: "t",
    egress_allow: ["127.0.0.1"],
  });
  expect((await call(ctx)).isError).toBeUndefined();
});

test("a tool without implementation says that it cannot run", async () => {
  const ctx = await freshTenant();
  await registerTool(ctx, { tool_id: "t2", name: "bare" });
  expect(errorCode(await callTool(ctx, { toolId: "t2", arguments: {} }))).toBe("not_runnable");
});

test("a tool changed, added or deleted is so from the next call on", async () => {
  const ctx = await freshTenant();
  await addTool(ctx, "internal:nothing");
  expect(errorCode(await call(ctx))).toBe("unknown_handler");
  await addTool(ctx, "internal:echo");
  expect((await call(ctx, { a: 1 })).structuredContent).toEqual({ a: 1 });
  const { tool_id } = await createDynamicTool(ctx, {
    name: "added",
    implementation: "internal:echo",
  });
  expect((await callTool(ctx, { toolId: tool_id, arguments: {} })).structuredContent).toEqual({});
  await deleteTool(ctx, "t1");
  await expect(call(ctx)).rejects.toMatchObject({ code: "not_found" });
});

test("a slug given out again does not call its former owner's tools", async () => {
  const ctx = await freshTenant();
  await addTool(ctx, "internal:echo");
  await call(ctx);
  await deleteTenant(platformCtx(), ctx.tenantId);
  await configureTenant(platformCtx(), { tenant_id: ctx.tenantId, name: "next" });
  await expect(call(ctx)).rejects.toMatchObject({ code: "not_found" });
});

test("another tenant's tool is a 404, and no call of it stands in either ledger", async () => {
  const owner = await freshTenant();
  const other = await freshTenant();
  await addTool(owner, "internal:echo");
  await expect(call(other)).rejects.toMatchObject({ code: "not_found", status: 404 });
  expect([await ledger(owner), await ledger(other)]).toEqual([{}, {}]);
});

test("calling needs its scope", async () => {
  const { tenantId } = await freshTenant();
  const reader = tenantCtx(tenantId, ["tools:read", "tools:write"]);
  await expect(call(reader)).rejects.toMatchObject({ code: "insufficient_scope" });
});

test("a cancelled call is metered as such", async () => {
  const ctx = await withLoopback();
  await addTool(ctx, address);
  const signal = AbortSignal.abort();
  const result = await callTool(ctx, { mcpName: "tool", arguments: {} }, { signal });
  expect(errorCode(result)).toBe("cancelled");
  expect(await ledger(ctx)).toEqual({ error: 1 });
});

test("internal:time tells the time of a zone, and which zones it knows when told another", async () => {
  const ctx = await freshTenant();
  await addTool(ctx, "internal:time");
  const { structuredContent } = await call(ctx, { timezone: "Asia/Kolkata" });
  const { utc, local } = structuredContent as { utc: string; local: string };
  expect(local).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+05:30$/);
  expect(Date.parse(local)).toBe(Math.floor(Date.parse(utc) / 1000) * 1000);
  const wrong = await call(ctx, { timezone: "Mars/Olympus" });
  expect(errorCode(wrong)).toBe("invalid_arguments");
  expect(JSON.stringify(wrong.content)).toContain("/timezone");
});

test("internal:usage_summary sums the caller's own tenant, for callers that may read its usage", async () => {
  const ctx = await freshTenant();
  await addTool(ctx, "internal:echo");
  await call(ctx);
  await registerTool(ctx, {
    tool_id: "usage",
    name: "usage",
    config: { implementation: "internal:usage_summary" },
  });
  const usage = { toolId: "usage", arguments: { group_by: "name" } };
  const { structuredContent } = await callTool(ctx, usage);
  expect(structuredContent).toMatchObject({
    tenant_id: ctx.tenantId,
    rows: [{ group: "tool", calls: 1 }],
  });
  const caller = tenantCtx(ctx.tenantId, ["tools:call"]);
  expect(errorCode(await callTool(caller, usage))).toBe("handler_failed");
});

test("a handler that does not exist is named, with those that do", async () => {
  const ctx = await freshTenant();
  await addTool(ctx, "internal:premium");
  const result = await call(ctx);
  expect(errorCode(result)).toBe("unknown_handler");
  expect(JSON.stringify(result.content)).toMatch(/internal:premium.*internal:echo.*internal:time/);
});
