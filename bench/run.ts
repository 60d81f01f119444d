import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { openCluster, startServer } from "../e2e/start-server.ts";
import { capture, programOf } from "../scripts/run.ts";
import { type Meter, meterOf, postgresMeter, residentMiB } from "./cpu.ts";
import { printFairness, type SandboxParty, sandboxParty } from "./fairness.ts";
import { type Figures, load, type Target } from "./load.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    connections: { type: "string", default: "1,16,64" },
    only: { type: "string", default: "" },
    /** A folder for a CPU profile of the server. */
    profile: { type: "string" },
  },
});
const here = import.meta.dirname;
const seconds = Number(values.seconds);
const levels = values.connections.split(",").map(Number);

const children: ChildProcess[] = [];

function start(
  file: string,
  env: Record<string, string>,
): Promise<{ pid: number; message: unknown }> {
  const child = fork(join(here, file), [], {
    env: { ...process.env, NODE_ENV: "production", ...env },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  children.push(child);
  return new Promise((resolve, reject) => {
    child.once("message", (message) => resolve({ pid: child.pid ?? 0, message }));
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

async function call(
  url: string,
  key: string,
  path: string,
  body?: unknown,
  tenant = "bench",
  method = body === undefined ? "GET" : "POST",
) {
  const response = await fetch(url + path, {
    method,
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
  await call(url, tenantKey, "/tools/register", {
    ...{ tool_id: "sum", name: "sum", config: { implementation: "return {sum: args.a + args.b}" } },
    parameters: { a: { type: "number" }, b: { type: "number" } },
  });
  const transport = { type: "http", url: `http://127.0.0.1:${upstreamPort}/mcp` };
  await call(url, tenantKey, "/upstreams/up", { name: "Up", transport }, "bench", "PUT");
  await call(url, tenantKey, "/tools/register", {
    ...{ tool_id: "proxied", name: "proxied", config: { implementation: "mcp:up/echo" } },
    parameters: { query: { type: "string", required: true } },
  });
  // A call that fails is answered with 200 too, so that the figures would not show it.
  const proxied = await call(url, tenantKey, "/tools/proxied/call", { arguments: { query: "x" } });
  if (!JSON.stringify(proxied).includes('"text":"x"')) throw new Error(JSON.stringify(proxied));
  const authorized = { authorization: `Bearer ${tenantKey}` };
  const json = { ...authorized, "content-type": "application/json" };
  const mcp = {
    ...json,
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": "2025-06-18",
  };
  const rpc = (method: string, params: unknown) =>
    JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
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
      body: JSON.stringify({ arguments: { query: "x" } }),
    },
    {
      name: "POST /mcp tools/call, code",
      url: `${url}/mcp`,
      method: "POST",
      headers: mcp,
      body: rpc("tools/call", { name: "sum", arguments: { a: 1, b: 2 } }),
    },
    {
      name: "POST /mcp tools/call, upstream MCP",
      url: `${url}/mcp`,
      method: "POST",
      headers: mcp,
      body: rpc("tools/call", { name: "proxied", arguments: { query: "x" } }),
    },
  ];
}

/** A tenant of its own with code tools. */
async function openParty(url: string, key: string, name: string): Promise<SandboxParty> {
  await call(url, key, "/tenants/configure", {
    ...{ tenant_id: name, name, mcp_config: { requests_per_minute: 100_000_000 } },
  });
  const own = (await call(url, key, "/keys", { name }, name)).key ?? "";
  const headers = { authorization: `Bearer ${own}`, "content-type": "application/json" };
  return sandboxParty(name, url, headers, (path, body) => call(url, own, path, body, name));
}

/** Processor time that a request took, in µs, by who spent it. */
interface Cost {
  server: number | null;
  postgres: number | null;
  upstream: number | null;
}

type Measured = Figures & { memoryMiB: number | null; cpu: Cost };

/** Runs `work` and answers what each meter counted meanwhile, for each of its requests. */
async function metered(
  meters: Record<keyof Cost, Meter>,
  work: () => Promise<Figures>,
): Promise<Figures & { cpu: Cost }> {
  const read = () => ({
    server: meters.server(),
    postgres: meters.postgres(),
    upstream: meters.upstream(),
  });
  const before = read();
  const figures = await work();
  const after = read();
  const share = (who: keyof Cost) => {
    const [from, to] = [before[who], after[who]];
    return from === null || to === null ? null : Math.round((to - from) / figures.total);
  };
  const cpu = {
    server: share("server"),
    postgres: share("postgres"),
    upstream: share("upstream"),
  };
  return { ...figures, cpu };
}

function print(rows: Measured[]): void {
  const titles = ["request", "connections", "req/s", "p50 ms", "p99 ms", "failures", "memory MiB"];
  const cpu = ["CPU µs/req: server", "PostgreSQL", "upstream"];
  console.log(`| ${[...titles, ...cpu].join(" | ")} |`);
  console.log(`| --- |${" ---: |".repeat(titles.length + cpu.length - 1)}`);
  for (const row of rows) {
    const { name, connections, perSecond, p50Ms, p99Ms, failures, memoryMiB } = row;
    const { server, postgres, upstream } = row.cpu;
    const cells = [name, connections, perSecond, p50Ms, p99Ms, failures];
    const known = [memoryMiB, server, postgres, upstream].map((value) => value ?? "–");
    console.log(`| ${[...cells, ...known].join(" | ")} |`);
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
  const upstream = await start("upstream.ts", {});
  const upstreamPort = Number(upstream.message);
  const floorServer = await start("floor-server.ts", {
    PORT: String(floorPort),
    DATABASE_URL: databaseUrl,
  });
  const nextServer = await start("next-echo-server.ts", { PORT: String(nextPort) });
  const profile = values.profile;
  const server = await startServer({
    databaseUrl,
    args: ["--api-lane-only"],
    env: profile ? { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${resolve(profile)}` } : {},
  });
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
    const meters = { postgres: await postgresMeter(databaseUrl), upstream: meterOf(upstream.pid) };
    const pidOf = ({ url }: Target) =>
      url.startsWith(floor)
        ? floorServer.pid
        : url.startsWith(server.url)
          ? server.pid
          : nextServer.pid;
    const rows: Measured[] = [];
    for (const target of targets) {
      const pid = pidOf(target);
      await load(target, 16, 1);
      for (const connections of levels) {
        const figures = await metered({ ...meters, server: meterOf(pid) }, () =>
          load(target, connections, seconds),
        );
        rows.push({ ...figures, memoryMiB: residentMiB(pid) });
      }
    }
    print(rows);
    printRatios(rows);
    if ("sandbox fairness".includes(values.only)) {
      const loud = await openParty(server.url, server.key, "loud");
      await printFairness(loud, await openParty(server.url, server.key, "quiet"), seconds);
    }
  } finally {
    await server.stop();
    for (const child of children) child.kill();
    await cluster.close();
  }
}

await main();
