import { rmSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { registerMemory } from "#lib/memory/service.ts";
import { useTenantDatabase } from "#lib/resources/drivers/testing.ts";
import { registerResource } from "#lib/resources/service.ts";
import { putSecret } from "#lib/secrets/service.ts";
import { freshTenant, tenantCtx } from "#lib/testing/context.ts";
import { type Listening, listen } from "#lib/testing/deployment.ts";
import { flushLedger } from "#lib/usage/ledger.ts";
import { reportUsage } from "#lib/usage/service.ts";
import { callTool, callToolFor } from "../calls/call.ts";
import { callSecrets } from "../calls/call-secrets.ts";
import type { ToolClient } from "../calls/client.ts";
import { createTrace } from "../calls/trace.ts";
import { catalogOf } from "../catalog.ts";
import { closeSandbox } from "../sandbox/pool.ts";
import type { CallToolResult } from "../schema.ts";
import { registerTool } from "../service.ts";
import { codeRuntime } from "./code.ts";

const files = vi.hoisted(() => {
  const folder = `${process.env.TMPDIR ?? "/tmp"}/code-files-${process.pid}-${Date.now()}`;
  process.env.TAUSESTACK_FILES_DIR = folder;
  return folder;
});

useTestDatabase();
const db = useTenantDatabase(
  "create table people (id int primary key, name text); insert into people values (1, 'Ada')",
);

/** A real upstream: says what it was sent, redirects where it is told, and sends bytes. */
const upstream = createServer((request, response) => {
  const to = URL.parse(request.url ?? "", "http://upstream")?.searchParams.get("to");
  seen.push(request);
  if (to) return void response.writeHead(302, { location: to }).end();
  if (request.url === "/bytes") return void response.end(Buffer.from([0, 255, 1]));
  if (request.url === "/large") return void response.end(Buffer.alloc(6 * 1024 * 1024));
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    response.writeHead(201, { "content-type": "application/json", "x-kind": "echo" });
    const body = Buffer.concat(chunks).toString("latin1");
    response.end(JSON.stringify({ method: request.method, headers: request.headers, body }));
  });
});
let seen: IncomingMessage[] = [];
let server: Listening;

beforeAll(async () => {
  server = await listen(upstream);
});
afterAll(async () => {
  await closeSandbox();
  await server.close();
  rmSync(files, { recursive: true, force: true });
});

async function add(ctx: Ctx, implementation: string, config: JsonObject = {}, name = "tool") {
  await registerTool(ctx, { tool_id: name, name, config: { ...config, implementation } });
}

const call = (ctx: Ctx, args: JsonObject = {}, name = "tool") =>
  callTool(ctx, { mcpName: name, arguments: args });

async function run(ctx: Ctx, implementation: string, config: JsonObject = {}, args = {}) {
  await add(ctx, implementation, config);
  return call(ctx, args);
}

function errorOf(result: CallToolResult): { code: string; message: string } {
  expect(result.isError).toBe(true);
  return (result.structuredContent as { error: { code: string; message: string } }).error;
}

const withLoopback = () => freshTenant({ egress_allow: ["127.0.0.1"] });

test("a code tool is listed, takes its arguments and answers structured content with its text", async () => {
  const ctx = await freshTenant();
  const result = await run(ctx, "return {sum: args.a + args.b}", {}, { a: 1, b: 2 });
  expect(result).toMatchObject({
    content: [{ type: "text", text: '{"sum":3}' }],
    structuredContent: { sum: 3 },
  });
  expect((await catalogOf(ctx.tenantId)).listed.map(({ name }) => name)).toEqual(["tool"]);
});

test("code may begin with a comment, and an address without a scheme is none", async () => {
  const ctx = await freshTenant();
  expect((await run(ctx, "// adds\nreturn 1")).structuredContent).toBe(1);
  expect((await run(ctx, "// nothing yet")).isError).toBeUndefined();
  await expect(add(ctx, "//api.example.com/search")).rejects.toMatchObject({
    errors: [{ pointer: "/config/implementation" }],
  });
});

test("a whole result goes out as it is, and one that MCP does not know is an error", async () => {
  const ctx = await freshTenant();
  const image = { type: "image", data: "AAEC", mimeType: "image/png" };
  const whole = { content: [image], isError: true };
  expect(await run(ctx, `return ${JSON.stringify(whole)}`)).toMatchObject(whole);
  const wrong = await run(ctx, 'return { content: [{ type: "image", data: 1 }] }');
  expect(errorOf(wrong).message).toContain("content.0.data");
  const data = await run(ctx, "return { content: ['a', 'b'] }");
  expect(data.structuredContent).toEqual({ content: ["a", "b"] });
  expect((await run(ctx, "args.a")).content).toEqual([
    { type: "text", text: "The tool returned nothing." },
  ]);
});

test("code that cannot be read and limits beyond the deployment's are refused when it is written", async () => {
  const ctx = await freshTenant();
  await expect(add(ctx, "return 1;\nconst a = ;")).rejects.toMatchObject({
    code: "invalid_request",
    errors: [
      {
        pointer: "/config/implementation",
        message: expect.stringMatching(/^line 2, column 11: /),
      },
    ],
  });
  const config = { limits: { memory_mb: 500, cpu_ms: 0 }, secrets: ["1"], fetch_allow: ["a/b"] };
  await expect(add(ctx, "return 1", config)).rejects.toMatchObject({
    errors: [
      { pointer: "/config/limits/cpu_ms" },
      { pointer: "/config/secrets/0" },
      { pointer: "/config/fetch_allow/0" },
    ],
  });
  await expect(add(ctx, "return 1", { limits: { memory_mb: 500 } })).rejects.toMatchObject({
    errors: [{ pointer: "/config/limits/memory_mb", message: expect.stringContaining("128") }],
  });
});

test("an attack ends its own call with its reason, in the ledger with its processor time", async () => {
  const ctx = await freshTenant();
  const result = await run(ctx, "for (;;);", { limits: { cpu_ms: 200 } });
  expect(errorOf(result)).toMatchObject({ code: "sandbox_time" });
  await flushLedger();
  const { rows } = await reportUsage(ctx, { kind: "sandbox_ms", group_by: "name" });
  expect(rows).toMatchObject([{ group: "tool", calls: 1, errors: 1 }]);
  expect(rows[0]?.quantity).toBeGreaterThanOrEqual(150);
});

test("a secret that is granted is given and never leaves with the result, the log or the trace", async () => {
  const ctx = await freshTenant();
  await putSecret(ctx, "TOKEN", { value: "s3cr3t-value" });
  await putSecret(ctx, "OTHER", { value: "another-value" });
  const code = `const token = await secrets.get("TOKEN"); console.log("it is", token);
    return { token, length: token.length }`;
  await add(ctx, code, { secrets: ["TOKEN"] });
  const lines: unknown[] = [];
  const client: ToolClient = {
    capabilities: null,
    log: async (_level, data) => void lines.push(data),
  };
  const result = await callToolFor(ctx, { mcpName: "tool", arguments: {} }, client);
  expect(JSON.stringify(result)).not.toContain("s3cr3t");
  expect(result).toMatchObject({ structuredContent: { length: 12 } });
  expect(lines).toEqual([expect.stringMatching(/^it is (?!.*s3cr3t)/)]);
  const other = await run(ctx, 'return secrets.get("OTHER")', { secrets: ["TOKEN"] });
  expect(errorOf(other)).toMatchObject({
    code: "secret_unavailable",
    message: expect.stringContaining("config.secrets"),
  });
  const thrown = await run(ctx, 'throw new Error(await secrets.get("TOKEN"))', {
    secrets: ["TOKEN"],
  });
  expect(JSON.stringify(thrown)).not.toContain("s3cr3t");
});

test("fetch reaches the hosts that the tool allows, and gives what they answer", async () => {
  const ctx = await withLoopback();
  const allow = { fetch_allow: [server.host] };
  const code = `const r = await fetch("${server.url}/a?b=1", { method: "POST", headers: { "X-A": "1" }, body: "t\\u00e9" });
    const { method, headers, body } = await r.json();
    return [r.status, r.ok, r.headers.get("X-Kind"), r.url, method, headers["x-a"], body];`;
  expect((await run(ctx, code, allow)).structuredContent).toEqual([
    ...[201, true, "echo", `${server.url}/a?b=1`, "POST", "1", "t\u00c3\u00a9"],
  ]);
  const bytes = `const r = await fetch("${server.url}", { method: "PUT", body: new Uint8Array([1, 2, 255]) });
    const back = await (await fetch("${server.url}/bytes")).bytes();
    return [(await r.json()).body, [...back]]`;
  expect((await run(ctx, bytes, allow)).structuredContent).toEqual([
    "\u0001\u0002\u00ff",
    [0, 255, 1],
  ]);
});

test.each([
  ["without an allow-list", [], "/", "egress_blocked"],
  ["to another host", ["api.example.com"], "/", "egress_blocked"],
  ["to another port", ["127.0.0.1:1"], "/", "egress_blocked"],
  ["of more than it may hold", ["127.0.0.1"], "/large", "egress_too_large"],
])("fetch %s fails with its reason", async (_what, fetch_allow, path, code) => {
  const ctx = await withLoopback();
  const result = await run(ctx, `return (await fetch("${server.url}${path}")).text()`, {
    fetch_allow,
  });
  expect(errorOf(result).code).toBe(code);
});

test("a redirect leads no further than the tool's list, and the list no further than the tenant", async () => {
  const allow = { fetch_allow: [server.host] };
  const { port } = new URL(server.url);
  const away = `return (await fetch("${server.url}/?to=http://localhost:${port}/")).status`;
  const ctx = await freshTenant({ egress_allow: ["127.0.0.1", "localhost"] });
  seen = [];
  expect(errorOf(await run(ctx, away, allow)).code).toBe("egress_blocked");
  expect(seen).toHaveLength(1);
  const home = `return (await fetch("${server.url}/?to=/")).status`;
  expect((await run(ctx, home, allow)).structuredContent).toBe(201);
  const walled = await run(await freshTenant(), `return (await fetch("${server.url}")).status`, {
    fetch_allow: ["*"],
  });
  expect(errorOf(walled).code).toBe("egress_blocked");
});

test("memory and resources are the tenant's own, through their verbs", async () => {
  const ctx = await freshTenant();
  const other = await freshTenant();
  await registerMemory(other, { agent_id: "theirs", context: { a: 1 } });
  const uri = "doc://handbook";
  await registerResource(ctx, {
    ...{ resource_id: "handbook", name: "Handbook", type: "document", uri },
    content: { text: "abcdef" },
  });
  const code = `await memory.set("ada", { likes: "tea" });
    const found = await memory.get("ada"), theirs = await memory.get("theirs");
    const listed = await memory.list({ search: "a" });
    await memory.delete("ada");
    const [all] = await resources.read("${uri}"), [part] = await resources.read("${uri}", { offset: 1, length: 2 });
    const list = await resources.list();
    return [found.context, theirs, listed.memories.length, await memory.get("ada"), all.text, part.text, list.resources.length];`;
  expect((await run(ctx, code)).structuredContent).toEqual([
    ...[{ likes: "tea" }, null, 1, null, "abcdef", "bc", 1],
  ]);
});

test("code has its caller's permissions and no more", async () => {
  const ctx = await freshTenant();
  await add(ctx, "return memory.set('ada', {})");
  const caller = tenantCtx(ctx.tenantId, ["tools:call", "memory:read"]);
  expect(errorOf(await call(caller)).message).toContain("memory:write");
  await expect(call(tenantCtx(ctx.tenantId, ["memory:write"]))).rejects.toMatchObject({
    code: "insufficient_scope",
  });
  const other = await freshTenant();
  await expect(call(other)).rejects.toMatchObject({ code: "not_found" });
});

test("code calls the tenant's other tools, whose failures it can catch", async () => {
  const ctx = await freshTenant();
  await add(ctx, "if (args.fail) throw new Error('no'); return { twice: args.n * 2 }", {}, "twice");
  await add(ctx, "internal:echo", {}, "echo");
  const code = `const { structuredContent: { twice } } = await tools.call("twice", { n: 2 });
    const echo = await tools.call("echo", { twice });
    const failed = await tools.call("twice", { fail: true }).catch((e) => [e.code, e.result.isError]);
    const missing = await tools.call("nothing").catch((e) => e.code);
    return [echo.structuredContent, failed, missing];`;
  expect((await run(ctx, code)).structuredContent).toEqual([
    ...[{ twice: 4 }, ["code_failed", true], "not_found"],
  ]);
  const { rows } = await reportUsage(ctx, { kind: "tool_call", group_by: "name" });
  expect(Object.fromEntries(rows.map(({ group, calls }) => [group, calls]))).toEqual({
    ...{ tool: 1, twice: 2, echo: 1 },
  });
});

test("tools that call each other without end stop at a depth, and say so", async () => {
  const ctx = await freshTenant();
  const code = "return (await tools.call('tool', { n: (args.n ?? 0) + 1 })).structuredContent";
  const { code: reason, message } = errorOf(await run(ctx, code));
  expect([reason, message]).toEqual(["too_deep", expect.stringContaining("8 deep")]);
  const { total } = await reportUsage(ctx, { kind: "tool_call" });
  expect(total.calls).toBe(9);
});

test("internal:<name> is a code tool of the tenant's own where the platform has none", async () => {
  const ctx = await freshTenant();
  await add(ctx, "return { own: args.a }", {}, "own");
  await add(ctx, "return 'never'", {}, "echo");
  await add(ctx, server.url, {}, "remote");
  expect((await run(ctx, "internal:own", {}, { a: 1 })).structuredContent).toEqual({ own: 1 });
  expect((await run(ctx, "internal:echo", {}, { a: 1 })).structuredContent).toEqual({ a: 1 });
  for (const name of ["remote", "tool", "nothing"]) {
    expect(errorOf(await run(ctx, `internal:${name}`)).code).toBe("unknown_handler");
  }
  const other = await freshTenant();
  expect(errorOf(await run(other, "internal:own")).code).toBe("unknown_handler");
});

test("progress and the log reach the client, and what the code is told of its call is true", async () => {
  const ctx = await freshTenant();
  const heard: unknown[] = [];
  await add(
    ctx,
    "await progress(1, 2, 'half'); console.warn('careful'); return { ...ctx, fetch: 0 }",
  );
  const result = await callToolFor(
    ctx,
    { mcpName: "tool", arguments: {} },
    {
      capabilities: null,
      progress: async (update) => void heard.push(update),
      log: async (level, data, logger) => void heard.push([level, data, logger]),
    },
  );
  expect(heard).toEqual([
    ...[{ progress: 1, total: 2, message: "half" }, ["warning", "careful", "tool"]],
  ]);
  expect(result).toMatchObject({
    structuredContent: {
      ...{ tool: { id: "tool", name: "tool" }, tenant_id: ctx.tenantId, agent_id: null },
    },
  });
});

test("a cancelled call says so", async () => {
  const ctx = await freshTenant();
  await add(ctx, "for (;;);");
  const signal = AbortSignal.timeout(500);
  const result = await callTool(ctx, { mcpName: "tool", arguments: {} }, { signal });
  expect(errorOf(result).code).toBe("cancelled");
});

test("a trace tells the log, the requests with their answers and the usage, without a secret", async () => {
  const ctx = await withLoopback();
  await putSecret(ctx, "TOKEN", { value: "s3cr3t-value" });
  const implementation = `const token = await secrets.get("TOKEN");
    console.log("asks");
    const r = await fetch("${server.url}/x", { method: "POST", headers: { authorization: "Bearer " + token }, body: token });
    return r.status;`;
  const config = { implementation, secrets: ["TOKEN"], fetch_allow: [server.host] };
  const trace = createTrace();
  const invoke = codeRuntime({ toolId: "t", mcpName: "t", config });
  await invoke(
    ctx,
    {},
    {
      ...{
        client: { capabilities: null },
        depth: 0,
        trace,
        secrets: callSecrets(ctx.tenantId, "t"),
      },
      callTool: () => Promise.reject(new Error("calls none")),
    },
  );
  expect(trace.entries.map(({ kind }) => kind).sort()).toEqual([
    ...["log", "request", "response", "usage"],
  ]);
  expect(trace.entries).toContainEqual(expect.objectContaining({ kind: "response", status: 201 }));
  expect(trace.entries).toContainEqual(expect.objectContaining({ usage: "sandbox_ms" }));
  expect(JSON.stringify(trace.entries)).not.toContain("s3cr3t");
});

test("code works with databases, files and APIs as its caller may, and with no more", async () => {
  const ctx = await withLoopback();
  const register = (resource_id: string, type: string, uri: string) =>
    registerResource(ctx, {
      ...{ resource_id, name: resource_id, type, uri },
      access_permissions: ["read", "write", "delete"],
    });
  await register("crm", "database", db.url);
  await register("docs", "file", "file:///docs");
  await register("orders", "api", server.url);
  const result = await run(
    ctx,
    `const { rows } = await resources.query("crm", "select name from people where id = $1", [1]);
    await resources.execute("crm", "insert into people values ($1, $2)", [2, "Bob"]);
    const { row_count } = await resources.select("crm", "people", { columns: ["id"] });
    await resources.files.write("docs", "a.txt", "hello");
    const { entries } = await resources.files.list("docs");
    const { text } = await resources.files.read("docs", "a.txt", { offset: 1, length: 2 });
    await resources.files.delete("docs", "a.txt");
    const { status, json } = await resources.request("orders", { method: "POST", path: "/x", body: { a: 1 } });
    return { rows, row_count, path: entries[0].path, text, status, sent: json.body };`,
  );
  expect(result.structuredContent).toEqual({
    ...{ rows: [["Ada"]], row_count: 2, path: "a.txt", text: "el" },
    ...{ status: 201, sent: '{"a":1}' },
  });
  await add(ctx, `return resources.execute("crm", "delete from people")`, {}, "emptier");
  const reader = tenantCtx(ctx.tenantId, ["tools:call", "resources:read"]);
  expect(errorOf(await call(reader, {}, "emptier")).message).toContain("resources:write");
});
