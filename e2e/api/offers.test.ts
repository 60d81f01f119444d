import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openCluster, startServer } from "../start-server.ts";
import { newTenant } from "./client.ts";

let cluster: Awaited<ReturnType<typeof openCluster>>;

beforeAll(async () => {
  cluster = await openCluster();
}, 60_000);

afterAll(() => cluster.close());

async function connect(url: string, key: string): Promise<Client> {
  const client = new Client(
    { name: "consumer", version: "1" },
    { versionNegotiation: { mode: { pin: "2026-07-28" } } },
  );
  const requestInit = { headers: { authorization: `Bearer ${key}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", url), { requestInit }));
  return client;
}

interface Sums {
  consumed: { calls: number; micros: number };
  provided: { calls: number; micros: number };
}

test("an offer made on one server is called on the other, its quota holds over both, and revoked there is refused here", async () => {
  const shared = {
    databaseUrl: await cluster.createDatabase(),
    args: ["--api-lane-only"],
    env: {
      TAUSESTACK_BOOTSTRAP_KEY: `tsp_${"offr".repeat(9)}`,
      TAUSESTACK_SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
    },
  };
  const one = await startServer(shared);
  const two = await startServer(shared);
  try {
    const federated = { mcp_config: { federation_enabled: true } };
    const provider = await newTenant(federated, one);
    const consumer = await newTenant(federated, two);
    await provider.call("POST", "/tools/register", {
      ...{ tool_id: "t", name: "t", config: { implementation: "internal:echo" } },
    });
    const offer = { kind: "tool", object_id: "t", price_micros: 25 };
    const { status, body } = await provider.call<{ offers: { offer_id: string }[] }>(
      "POST",
      "/federation/offers",
      { ...offer, to: [consumer.tenantId], max_calls: 12 },
    );
    expect(status).toBe(201);
    const id = body.offers[0]?.offer_id ?? "";
    const at = `/federation/offers/received/${id}`;
    const forged = {
      prefix: "x",
      digest: "x",
      provider_id: provider.tenantId,
      tenant_id: provider.tenantId,
    };
    expect((await consumer.call("POST", `${at}/accept`, forged)).status).toBe(409);
    const { body: looked } = await consumer.call<{ digest: string }>("GET", at);
    const taken = await consumer.call("POST", `${at}/accept`, {
      ...{ prefix: "acme", digest: looked.digest },
    });
    expect(taken.status).toBe(200);
    const [here, there] = await Promise.all([
      connect(one.url, consumer.key),
      connect(two.url, consumer.key),
    ]);
    const call = (client: Client) => client.callTool({ name: "acme_t", arguments: { a: 1 } });
    const names = async (client: Client) =>
      (await client.listTools()).tools.map(({ name }) => name);
    await expect.poll(() => names(here), { timeout: 5_000 }).toContain("acme_t");
    await expect.poll(() => names(there), { timeout: 5_000 }).toContain("acme_t");
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, at) => call(at % 2 ? here : there)),
    );
    expect(answers.filter(({ isError }) => !isError)).toHaveLength(12);
    const { body: theirs } = await provider.call<Sums>("GET", "/usage");
    const { body: own } = await consumer.call<Sums>("GET", "/usage");
    expect(own.consumed).toMatchObject({ micros: 300 });
    expect(theirs.provided).toMatchObject({ micros: 300 });
    await provider.call("PATCH", `/federation/offers/${id}`, { max_calls: null });
    expect((await call(there)).isError).toBeFalsy();
    await provider.call("DELETE", `/federation/offers/${id}`);
    // No cache stands before the offer itself, so that nothing has to be waited for.
    expect(await call(there)).toMatchObject({
      structuredContent: { error: { code: "offer_unavailable" } },
    });
    await expect.poll(() => names(there), { timeout: 5_000 }).not.toContain("acme_t");
    await Promise.all([here.close(), there.close()]);
  } finally {
    await Promise.all([one.stop(), two.stop()]);
  }
}, 90_000);
