import { type ChildProcess, fork } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openCluster, startServer } from "../e2e/start-server.ts";
import { capture, programOf } from "../scripts/run.ts";
import { type Figures, load, type Target } from "./load.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    connections: { type: "string", default: "1,16,64" },
    only: { type: "string", default: "" },
  },
});
const here = import.meta.dirname;
const seconds = Number(values.seconds);
const levels = values.connections.split(",").map(Number);

const children: ChildProcess[] = [];

function start(file: string, env: Record<string, string>): Promise<unknown> {
  const child = fork(join(here, file), [], {
    env: { ...process.env, NODE_ENV: "production", ...env },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  children.push(child);
  return new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code) => reject(new Error(`${file} ended with ${code}`)));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** Resident memory of a process in MiB (Linux), or null where /proc is not there. */
function residentMiB(pid: number): number | null {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return null;
  const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(file, "utf8"));
  return match ? Math.round(Number(match[1]) / 1024) : null;
}

async function call(url: string, key: string, path: string, body?: unknown, tenant = "bench") {
  const response = await fetch(url + path, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      authorization: `Bearer ${key}`,
      "x-tenant-id": tenant,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json() as Promise<Record<string, string>>;
}

/** A tenant with a memory, some tools and a key, and the requests that are measured. */
async function prepare(url: string, key: string, upstreamPort: number): Promise<Target[]> {
  await call(url, key, "/tenants/configure", {
    tenant_id: "bench",
    name: "Bench",
    mcp_config: { requests_per_minute: 100_000_000 },
    egress_allow: [`127.0.0.1:${upstreamPort}`],
  });
  const tenantKey = (await call(url, key, "/keys", { name: "bench" })).key ?? "";
  await call(url, tenantKey, "/memory/register", { agent_id: "a", context: { x: 1, y: [1, 2] } });
  for (let tool = 0; tool < 10; tool++) {
    await call(url, tenantKey, "/tools/dynamic/create", {
      name: `tool_${tool}`,
      description: "Answers what it is sent",
      parameters: { query: { type: "string", required: true } },
      implementation: `http://127.0.0.1:${upstreamPort}/`,
    });
  }
  const tools = (await call(url, tenantKey, "/tools")) as unknown as { tool_id: string }[];
  const authorized = { authorization: `Bearer ${tenantKey}` };
  const json = { ...authorized, "content-type": "application/json" };
  const mcp = {
    ...json,
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": "2025-06-18",
  };
  const rpc = (method: string, params: unknown) => (count: number) =>
    JSON.stringify({ jsonrpc: "2.0", id: count, method, params });
  return [
    { name: "GET /memory/{id}", url: `${url}/memory/a`, headers: authorized },
    {
      name: "POST /memory/register",
      url: `${url}/memory/register`,
      method: "POST",
      headers: json,
      body: (count) => JSON.stringify({ agent_id: `a${count % 100}`, context: { count } }),
    },
    {
      name: "POST /mcp tools/list",
      url: `${url}/mcp`,
      method: "POST",
      headers: mcp,
      body: rpc("tools/list", {}),
    },
    {
      name: "POST /mcp tools/call",
      url: `${url}/mcp`,
      method: "POST",
      headers: mcp,
      body: rpc("tools/call", { name: "tool_3", arguments: { query: "x" } }),
    },
    {
      name: "POST /tools/{id}/call",
      url: `${url}/tools/${tools[3]?.tool_id}/call`,
      method: "POST",
      headers: json,
      body: () => JSON.stringify({ arguments: { query: "x" } }),
    },
  ];
}

function print(rows: (Figures & { memoryMiB: number | null })[]): void {
  console.log("| request | connections | req/s | p50 ms | p99 ms | failures | memory MiB |");
  console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
  for (const row of rows) {
    const memory = row.memoryMiB ?? "–";
    console.log(
      `| ${row.name} | ${row.connections} | ${row.perSecond} | ${row.p50Ms} | ${row.p99Ms} | ${row.failures} | ${memory} |`,
    );
  }
}

function printRatios(rows: Figures[]): void {
  const at16 = (name: string) =>
    rows.find((row) => row.name === name && row.connections === 16)?.perSecond;
  const aims: [string, string, number][] = [
    ["GET /memory/{id}", "floor: one prepared SELECT", 0.5],
    ["POST /memory/register", "floor: one durable INSERT", 0.4],
    ["POST /mcp tools/call", "floor: echo through Next's router", 2],
  ];
  console.log("\nRatios at 16 connections:");
  for (const [name, floor, aim] of aims) {
    const [own, base] = [at16(name), at16(floor)];
    if (own === undefined || base === undefined) continue;
    console.log(`- ${name} / ${floor}: ${(own / base).toFixed(2)} (aim ${aim})`);
  }
}

async function main(): Promise<void> {
  const cluster = await openCluster();
  const databaseUrl = await cluster.createDatabase();
  const [floorPort, nextPort] = [await freePort(), await freePort()];
  if (!existsSync(join(here, "next-echo", ".next", "BUILD_ID"))) {
    const built = await capture(programOf("next", "next"), ["build", join(here, "next-echo")]);
    if (built.code !== 0) throw new Error(built.output);
  }
  const upstreamPort = Number(await start("upstream.ts", {}));
  await start("floor-server.ts", { PORT: String(floorPort), DATABASE_URL: databaseUrl });
  await start("next-echo-server.ts", { PORT: String(nextPort) });
  const server = await startServer({ databaseUrl, args: ["--api-lane-only"] });
  try {
    const floor = `http://127.0.0.1:${floorPort}`;
    const floors: Target[] = [
      { name: "floor: echo in the direct lane", url: `${floor}/echo` },
      { name: "floor: echo through Next's router", url: `http://127.0.0.1:${nextPort}/echo` },
      { name: "floor: one prepared SELECT", url: `${floor}/select` },
      {
        name: "floor: one durable INSERT",
        url: `${floor}/insert`,
        method: "POST",
        headers: { "content-type": "application/json" },
        body: (count) => JSON.stringify({ count }),
      },
    ];
    const own = await prepare(server.url, server.key, upstreamPort);
    const targets = [...floors, ...own].filter((target) => target.name.includes(values.only));
    const rows = [];
    for (const target of targets) {
      await load(target, 16, 1);
      for (const connections of levels) {
        const figures = await load(target, connections, seconds);
        rows.push({ ...figures, memoryMiB: residentMiB(server.pid) });
      }
    }
    print(rows);
    printRatios(rows);
  } finally {
    await server.stop();
    for (const child of children) child.kill();
    await cluster.close();
  }
}

await main();
