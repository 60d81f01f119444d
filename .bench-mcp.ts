import { createServer } from "node:http";
import { connect, connectOwner, useDatabase, database } from "#db/client.ts";
import { migrate } from "#db/migrate.ts";
import { createKey } from "#lib/auth/keys.ts";
import { freshTenant } from "#lib/testing/context.ts";
import { registerTool } from "#lib/tools/service.ts";
import { callTool } from "#lib/tools/call.ts";
import { catalogOf } from "#lib/tools/catalog.ts";
import { serveMcp } from "#lib/mcp/endpoint.ts";
import { serverFor } from "#lib/mcp/server.ts";
import { admit } from "#lib/http/route.ts";
import { POST } from "./app/(api)/mcp/route.ts";
import { POST as REST } from "./app/(api)/tools/[tool_id]/call/route.ts";
import { Session } from "node:inspector/promises";

const base = "postgres://postgres@127.0.0.1:5499/";
const admin = connectOwner(`${base}postgres`);
await admin.unsafe("drop database if exists bench_mcp with (force)");
await admin.unsafe("create database bench_mcp");
await migrate(`${base}bench_mcp`);
useDatabase(await connect({ url: `${base}bench_mcp`, maxConnections: 10 }));

const upstream = createServer((q, r) => { q.resume(); q.on("end", () => { r.setHeader("content-type", "application/json"); r.end('{"ok":true}'); }); });
await new Promise<void>((r) => upstream.listen(0, "127.0.0.1", r));
const address = `http://127.0.0.1:${(upstream.address() as { port: number }).port}`;
const ctx = await freshTenant({ egress_allow: ["127.0.0.1"], mcp_config: { requests_per_minute: 100_000_000 } });
for (let i = 0; i < 5; i++) await registerTool(ctx, { tool_id: `e${i}`, name: `e${i}`, config: { implementation: "internal:echo" }, parameters: { q: { type: "string", required: true }, n: { type: "integer" } } });
await registerTool(ctx, { tool_id: "h", name: "h", config: { implementation: address }, parameters: { q: { type: "string", required: true } } });
const { key } = await createKey(ctx, { name: "k" });
const meta = { "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}, "io.modelcontextprotocol/clientInfo": { name: "b", version: "1" } };
const make = (era: "modern" | "legacy", method: string, params: Record<string, unknown>) => {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: era === "modern" ? { ...params, _meta: meta } : params });
  const headers: Record<string, string> = { "content-type": "application/json", accept: "application/json, text/event-stream", authorization: `Bearer ${key}`, host: "localhost", "content-length": String(body.length) };
  if (era === "modern") { headers["mcp-protocol-version"] = "2026-07-28"; headers["mcp-method"] = method; if (params.name) headers["mcp-name"] = String(params.name); }
  else headers["mcp-protocol-version"] = "2025-11-25";
  return () => new Request("http://localhost/mcp", { method: "POST", headers, body });
};
async function measure(name: string, run: () => Promise<unknown>, n = 3000, width = 16) {
  for (let i = 0; i < 500; i++) await run();
  let wall = Infinity, cpuMin = Infinity;
  for (let round = 0; round < 6; round++) {
    const cpu0 = process.cpuUsage();
    const t = performance.now();
    let left = n / 3;
    await Promise.all(Array.from({ length: width }, async () => { while (left-- > 0) await run(); }));
    const cpu = process.cpuUsage(cpu0);
    wall = Math.min(wall, (performance.now() - t) / (n / 3) * 1000); cpuMin = Math.min(cpuMin, (cpu.user + cpu.system) / (n / 3));
  }
  console.log(name.padEnd(40), wall.toFixed(0).padStart(6), "us wall/op", cpuMin.toFixed(0).padStart(6), "us cpu/op (best of 6)");
}
const only = process.argv[2];
async function profile(name: string, run: () => Promise<unknown>) {
  for (let i = 0; i < 1500; i++) await run();
  const s = new Session(); s.connect();
  await s.post("Profiler.enable"); await s.post("Profiler.setSamplingInterval", { interval: 200 }); await s.post("Profiler.start");
  let left = 6000; await Promise.all(Array.from({ length: 16 }, async () => { while (left-- > 0) await run(); }));
  const { profile } = await s.post("Profiler.stop");
  const self = new Map<string, number>(); const byFile = new Map<string, number>();
  const nodes = new Map(profile.nodes.map((n) => [n.id, n]));
  const dt = profile.timeDeltas!;
  profile.samples!.forEach((id, i) => {
    const { functionName, url, lineNumber } = nodes.get(id)!.callFrame;
    const file = url.replace(/.*\/node_modules\//, "nm/").replace(/.*\/work\/main\//, "");
    const k = `${functionName || "(anon)"} ${file}:${lineNumber}`;
    self.set(k, (self.get(k) ?? 0) + dt[i]!); byFile.set(file, (byFile.get(file) ?? 0) + dt[i]!);
  });
  for (const m of [byFile, self]) { console.log("---", name); for (const [k, v] of [...m].sort((a, b) => b[1] - a[1]).slice(0, 28)) console.log((v / 6000).toFixed(1).padStart(7), k); }
}
if (only === "profile") {
  const era = process.argv[3] as "modern" | "legacy"; const r = make(era, process.argv[4]!, { name: "e1", arguments: { q: "x" } });
  await profile(`${era}`, () => POST(r(), {}).then((x) => x.text()));
} else {
  await measure("new Request + text", async () => make("legacy", "tools/call", { name: "e1", arguments: { q: "x" } })().text());
  await measure("Response.json + text", async () => Response.json({ a: 1 }, { headers: { a: "b" } }).text());
  await measure("admit", () => admit(make("legacy", "tools/call", { name: "e1" })(), new URLSearchParams(), { requestId: "abcdefgh", ip: null }));
  { const { isLegacyRequest } = await import("@modelcontextprotocol/server");
    for (const era of ["modern", "legacy"] as const) { const req = make(era, "tools/call", { name: "e1", arguments: { q: "x" } })(); const body = await req.clone().json(); await measure(`isLegacyRequest ${era}`, () => isLegacyRequest(req, body)); } }
  await measure("serverFor", () => serverFor(ctx));
  await measure("callTool internal:echo (ledger)", () => callTool(ctx, { mcpName: "e1", arguments: { q: "x" } }));
  await measure("REST call internal:echo", () => REST(new Request("http://localhost/tools/e1/call", { method: "POST", headers: { authorization: `Bearer ${key}`, "content-type": "application/json" }, body: '{"arguments":{"q":"x"}}' }), { params: Promise.resolve({ tool_id: "e1" }) }).then((r) => r.text()));
  for (const era of ["modern", "legacy"] as const) {
    const list = make(era, "tools/list", {}), call = make(era, "tools/call", { name: "e1", arguments: { q: "x" } }), http = make(era, "tools/call", { name: "h", arguments: { q: "x" } }), bad = make(era, "tools/call", { name: "nope" });
    await measure(`${era} serveMcp unknown tool (no ledger)`, () => serveMcp(ctx, bad()).then((r) => r.text()));
    await measure(`${era} tools/list`, () => POST(list(), {}).then((r) => r.text()));
    await measure(`${era} tools/call internal:echo`, () => POST(call(), {}).then((r) => r.text()));
    await measure(`${era} tools/call http`, () => POST(http(), {}).then((r) => r.text()));
  }
  await measure("callTool http (ledger)", () => callTool(ctx, { mcpName: "h", arguments: { q: "x" } }));
  const run = (await catalogOf(ctx.tenantId)).byMcpName.get("h")!.run!();
  await measure("http runtime alone", () => run.invoke(ctx, { q: "x" }));
}
upstream.closeAllConnections(); upstream.close();
await database().close(); await admin.unsafe("drop database bench_mcp with (force)"); await admin.end();
process.exit(0);
