import { beforeAll, expect, test } from "vitest";
import { type Call, callAs, type NewTenant, newTenant } from "./client.ts";
import { useServerPair } from "./server-pair.ts";

const pair = useServerPair();
let tenant: NewTenant;

beforeAll(async () => {
  tenant = await newTenant({}, pair.one);
});

/** The same credential on each of the servers in turn. */
function onAll(key: string): Call {
  const clients = [pair.one, pair.two].map(({ url }) => callAs(url, key));
  let next = 0;
  return (...request) => {
    const client = clients[next++ % clients.length];
    if (!client) throw new Error("There is no server");
    return client(...request);
  };
}

async function keyOf(scopes: string[], agent_id: string | null = null) {
  const { body } = await tenant.call<{ key: string }>("POST", "/keys", {
    ...{ name: "k", scopes, agent_id },
  });
  return body.key;
}

interface Called {
  isError?: boolean;
  structuredContent?: { error?: { code: string; approval_id?: string } };
  _meta?: Record<string, unknown>;
}

const register = (tool_id: string, more = {}) =>
  tenant.call("POST", "/tools/register", {
    ...{ tool_id, name: tool_id, config: { implementation: "internal:echo" } },
    ...more,
  });

/** Rules are heard everywhere within a second. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 1_000));

test("an approval lets one call through, however many come at once to all servers", async () => {
  await register("once");
  await tenant.call("PUT", "/tools/once/policy", { approval: "always" });
  await settle();
  const call = onAll(await keyOf(["tools:call"], "robot"));
  const boss = callAs(pair.two?.url ?? "", await keyOf(["tools:govern"], "boss"));
  const attempt = () => call<Called>("POST", "/tools/once/call", { arguments: { a: 1 } });
  const asked = await Promise.all(Array.from({ length: 8 }, attempt));
  const ids = asked.map(({ body }) => body.structuredContent?.error?.approval_id ?? "");
  expect(new Set(ids).size).toBe(1);
  // Both keys were made by one and the same key, which the approval is not to come from.
  const refused = await boss("POST", `/approvals/${ids[0]}/approve`, {});
  expect(refused.status).toBe(403);
  const operator = callAs(pair.two?.url ?? "", pair.two?.key ?? "", {
    "x-tenant-id": tenant.tenantId,
  });
  const decisions = await Promise.all(
    Array.from({ length: 4 }, () => operator("POST", `/approvals/${ids[0]}/approve`, {})),
  );
  expect(decisions.filter(({ status }) => status === 200)).toHaveLength(1);
  const made = await Promise.all(Array.from({ length: 16 }, attempt));
  expect(made.filter(({ body }) => !body.isError)).toHaveLength(1);
});

test("a kept result is its caller's alone, and ends on all servers with the grant", async () => {
  await register("kept");
  await tenant.call("PUT", "/tools/kept/policy", { cache_ttl_seconds: 600, cache_scope: "tenant" });
  await settle();
  const [one, two] = [await keyOf(["tools:call"], "one"), await keyOf(["tools:call"], "two")];
  const attempt = (key: string, server: number) =>
    callAs([pair.one, pair.two][server]?.url ?? "", key)<Called>("POST", "/tools/kept/call", {
      arguments: {},
    });
  const isHit = (body: Called) => body._meta?.["tausestack/cache"] === "hit";
  await attempt(one, 0);
  expect(isHit((await attempt(two, 0)).body)).toBe(true);
  await tenant.call("PUT", "/tools/kept/grants", { grants: [{ type: "agent", id: "one" }] });
  await settle();
  for (const server of [0, 1]) expect((await attempt(two, server)).status).toBe(404);
  await tenant.call("DELETE", "/tools/kept/grants");
  await tenant.call("PUT", "/tools/kept/policy", { cache_scope: "principal" });
  await settle();
  await attempt(one, 0);
  expect(isHit((await attempt(two, 0)).body)).toBe(false);
  expect(isHit((await attempt(one, 0)).body)).toBe(true);
});

test("a tenant's slow schemas make no other tenant's calls wait", async () => {
  const pattern = { type: "string", pattern: "^(a+)+$" };
  await register("slow", { parameters: { type: "object", properties: { a: pattern } } });
  const neighbour = await newTenant({}, pair.one);
  await neighbour.call("POST", "/tools/register", {
    ...{ tool_id: "t", name: "t", config: { implementation: "internal:echo" } },
  });
  const attacker = callAs(pair.one?.url ?? "", tenant.key);
  let isOver = false;
  let answered = 0;
  const attack = Promise.all(
    Array.from({ length: 8 }, async () => {
      while (!isOver) {
        const args = { a: `${"a".repeat(40)}!` };
        await attacker("POST", "/tools/slow/call", { arguments: args });
        answered += 1;
      }
    }),
  );
  await expect.poll(() => answered, { timeout: 20_000 }).toBeGreaterThan(0);
  const before = answered;
  for (let count = 0; count < 30; count++) {
    const { status } = await neighbour.call("POST", "/tools/t/call", { arguments: {} });
    expect(status).toBe(200);
  }
  const meanwhile = answered - before;
  isOver = true;
  await attack;
  // Held up, each of the neighbour's calls waits for all eight of the attacker's.
  expect(meanwhile).toBeLessThan(150);
}, 60_000);
