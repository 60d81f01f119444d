import { parseArgs } from "node:util";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { openCluster, startServer, type TestServer } from "../e2e/start-server.ts";
import { residentMiB } from "./cpu.ts";

const { values } = parseArgs({
  options: {
    clients: { type: "string", default: "200" },
    tenants: { type: "string", default: "20" },
    seconds: { type: "string", default: "30" },
    abandoned: { type: "string", default: "10000" },
  },
});

/** What only this tenant's answers may hold. */
const markOf = (tenant: number) => `mark-of-tenant-${String(tenant).padStart(3, "0")}-end`;
const anyMark = /mark-of-tenant-\d+-end/g;

interface Party {
  mark: string;
  key: string;
}

async function call(server: TestServer, path: string, body: unknown, headers: object) {
  const response = await fetch(server.url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Record<string, string>;
}

/** A tenant whose tool, memory, resource and prompt all say whose they are. */
async function openTenant(server: TestServer, number: number): Promise<Party> {
  const tenant_id = `tenant-${number}`;
  const mark = markOf(number);
  const platform = { authorization: `Bearer ${server.key}`, "x-tenant-id": tenant_id };
  await call(server, "/tenants/configure", { tenant_id, name: mark }, platform);
  const { key = "" } = await call(server, "/keys", { name: "bench" }, platform);
  const own = { authorization: `Bearer ${key}` };
  const config = { implementation: "internal:echo" };
  const parameters = { mark: { type: "string", default: mark } };
  const tool = { tool_id: "echo", name: "echo", description: mark, config, parameters };
  await call(server, "/tools/register", tool, own);
  await call(server, "/memory/register", { agent_id: "agent", context: { mark } }, own);
  const resource = { resource_id: "r", name: "r", type: "document", uri: "doc://r" };
  await call(server, "/resources/register", { ...resource, content: { text: mark } }, own);
  const messages = [{ role: "user", content: { type: "text", text: mark } }];
  await call(server, "/prompts", { name: "prompt", messages }, own);
  return { mark, key };
}

const asks: ((client: Client) => Promise<unknown>)[] = [
  (client) => client.listTools(),
  (client) => client.callTool({ name: "echo", arguments: {} }),
  (client) => client.callTool({ name: "memory_get", arguments: { agent_id: "agent" } }),
  (client) => client.readResource({ uri: "doc://r" }),
  (client) => client.getPrompt({ name: "prompt" }),
];

async function openClient(server: TestServer, { key }: Party, number: number): Promise<Client> {
  const mode = number % 2 === 0 ? { pin: "2026-07-28" } : ("legacy" as const);
  // Every fourth is a legacy client that gets a session.
  const capabilities = number % 4 === 1 ? { elicitation: {} } : {};
  const client = new Client(
    { name: "bench", version: "1" },
    {
      capabilities,
      versionNegotiation: { mode },
      // What is measured is the server's answer, not the client's own memory of the last one.
      defaultCacheTtlMs: 0,
    },
  );
  const requestInit = { headers: { authorization: `Bearer ${key}` } };
  await client.connect(
    new StreamableHTTPClientTransport(new URL("/mcp", server.url), { requestInit }),
  );
  return client;
}

interface Tally {
  answers: number;
  failures: number;
  foreign: number;
  missing: number;
}

async function ask(client: Client, party: Party, until: number, tally: Tally): Promise<void> {
  for (let turn = Math.floor(Math.random() * asks.length); Date.now() < until; turn++) {
    try {
      const answer = JSON.stringify(await asks[turn % asks.length]?.(client));
      const marks: string[] = [...(answer.match(anyMark) ?? [])];
      tally.answers += 1;
      if (marks.some((mark) => mark !== party.mark)) tally.foreign += 1;
      if (!marks.includes(party.mark)) tally.missing += 1;
    } catch {
      tally.failures += 1;
    }
  }
}

/** Begins legacy sessions and forgets them. */
async function abandon(server: TestServer, parties: Party[], count: number): Promise<void> {
  const body = {
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: {
      protocolVersion: "2025-11-25",
      capabilities: { elicitation: {} },
      clientInfo: { name: "gone", version: "1" },
    },
  };
  let left = count;
  const begin = async () => {
    while (left-- > 0) {
      const party = parties[left % parties.length];
      const response = await fetch(`${server.url}/mcp`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${party?.key}`,
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
        },
        body: JSON.stringify(body),
      });
      await response.text();
    }
  };
  await Promise.all(Array.from({ length: 16 }, begin));
}

const cluster = await openCluster();
const server = await startServer({
  databaseUrl: await cluster.createDatabase(),
  args: ["--api-lane-only"],
});
try {
  const parties = await Promise.all(
    Array.from({ length: Number(values.tenants) }, (_, number) => openTenant(server, number)),
  );
  const clients = await Promise.all(
    Array.from({ length: Number(values.clients) }, async (_, number) => {
      const party = parties[number % parties.length] as Party;
      return { party, client: await openClient(server, party, number) };
    }),
  );
  const tally: Tally = { answers: 0, failures: 0, foreign: 0, missing: 0 };
  const until = Date.now() + Number(values.seconds) * 1000;
  await Promise.all(clients.map(({ client, party }) => ask(client, party, until, tally)));
  await Promise.all(clients.map(({ client }) => client.close()));
  const perSecond = Math.round(tally.answers / Number(values.seconds));
  console.log(
    `${values.clients} clients of ${values.tenants} tenants, ${values.seconds} s: ${tally.answers} answers (${perSecond}/s), ${tally.foreign} with another tenant's data, ${tally.missing} without their own, ${tally.failures} failed`,
  );
  const before = residentMiB(server.pid);
  await abandon(server, parties, Number(values.abandoned));
  console.log(
    `${values.abandoned} legacy sessions begun and abandoned: ${before} MiB before, ${residentMiB(server.pid)} MiB after`,
  );
  if (tally.foreign + tally.missing + tally.failures > 0) process.exitCode = 1;
} finally {
  await server.stop();
  await cluster.close();
}
