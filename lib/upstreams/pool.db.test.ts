import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import type { Ctx, Principal } from "#lib/core/ctx.ts";
import { env } from "#lib/core/env.ts";
import { putSecret } from "#lib/secrets/service.ts";
import { freshTenant } from "#lib/testing/context.ts";
import { getUpstreamPrompt, readUpstreamResource } from "./exposed.ts";
import { closeUpstreams } from "./pool.ts";
import { closeIdle, countConnections } from "./pooled.ts";
import { getUpstream, putUpstream } from "./service.ts";
import { countProcesses } from "./stdio/processes.ts";
import { type LegacyUpstream, startLegacyUpstream } from "./testing-legacy.ts";
import { withUpstream } from "./use.ts";

useTestDatabase();

let legacy: LegacyUpstream;
beforeEach(async () => {
  legacy = await startLegacyUpstream();
});
afterEach(async () => {
  await closeUpstreams();
  await legacy.close();
});

async function tenantWith(rest: object = {}): Promise<Ctx> {
  const ctx = await freshTenant({ egress_allow: ["127.0.0.0/8"] });
  const transport = { type: "http" as const, url: legacy.url };
  await putUpstream(ctx, "up", { name: "Up", transport, ...rest });
  return ctx;
}

function as(ctx: Ctx, id: string): Ctx {
  const principal: Principal = { type: "key", id, platform: false, agentId: null };
  return { ...ctx, principal };
}

const echo = (ctx: Ctx) =>
  withUpstream(ctx, "up", (client) => client.callTool({ name: "echo", arguments: {} }));

test("calls of a principal share a connection, and no other principal or tenant has it", async () => {
  const [one, two] = [await tenantWith(), await tenantWith()];
  await Promise.all([echo(one), echo(one), echo(one)]);
  expect(legacy.sessions).toHaveLength(1);
  await echo(as(one, "key_other"));
  await echo(two);
  expect(legacy.sessions).toHaveLength(3);
  await Promise.all([echo(one), echo(as(one, "key_other")), echo(two)]);
  expect(legacy.sessions).toHaveLength(3);
  expect([countConnections(one.tenantId), countConnections(two.tenantId)]).toEqual([2, 1]);
});

test("a connection is closed when nobody has used it for some time, and no sooner", async () => {
  const ctx = await tenantWith();
  const gate = Promise.withResolvers<void>();
  const busy = withUpstream(as(ctx, "key_busy"), "up", () => gate.promise);
  await echo(ctx);
  await closeIdle(60_000);
  expect(countConnections(ctx.tenantId)).toBe(2);
  await closeIdle(0);
  expect(countConnections(ctx.tenantId)).toBe(1);
  gate.resolve();
  await busy;
  await closeIdle(0);
  expect(countConnections(ctx.tenantId)).toBe(0);
  await vi.waitFor(() => expect(legacy.streams).toBe(0));
});

test("a tenant has so many connections: a call past them waits for one, and others do not", async () => {
  const [ctx, other] = [await tenantWith(), await tenantWith()];
  const gates = Array.from({ length: 50 }, () => Promise.withResolvers<void>());
  const ask = async () => ({ action: "cancel" });
  const askable = { elicitation: { form: {} } };
  const held = gates.map(({ promise }) => withUpstream(ctx, "up", () => promise, { ask, askable }));
  await vi.waitFor(() => expect(legacy.sessions).toHaveLength(50), 10_000);
  const late = withUpstream(ctx, "up", async () => "had one", { ask, askable });
  await echo(other);
  expect(countConnections(ctx.tenantId)).toBe(50);
  gates[0]?.resolve();
  expect(await late).toBe("had one");
  const refused = withUpstream(ctx, "up", async () => "had one", { ask, askable });
  // The one that is free again is there for it; the next finds all of them busy.
  expect(await refused).toBe("had one");
  const again = withUpstream(ctx, "up", () => gates[1]?.promise as Promise<void>, { ask, askable });
  await expect(withUpstream(ctx, "up", async () => 1, { ask, askable })).rejects.toMatchObject({
    code: "unavailable",
  });
  for (const { resolve } of gates) resolve();
  await Promise.all([...held, again]);
}, 30_000);

test("stdio servers end when they are idle, and idle ones make room for another principal's", async () => {
  const argv = [
    process.execPath,
    fileURLToPath(new URL("stdio/testing-server.ts", import.meta.url)),
  ];
  env().TAUSESTACK_STDIO_COMMANDS.push(argv);
  const ctx = await freshTenant();
  const [command = "", ...args] = argv;
  await putUpstream(ctx, "up", { name: "Up", transport: { type: "stdio", command, args } });
  const look = (who: Ctx) =>
    withUpstream(who, "up", (client) => client.callTool({ name: "look", arguments: {} }));
  const most = env().TAUSESTACK_STDIO_PROCESSES_PER_TENANT;
  for (let count = 0; count <= most; count++) await look(as(ctx, `key_${count}`));
  expect(countProcesses(ctx.tenantId)).toBe(most);
  await closeIdle(0);
  expect(countProcesses(ctx.tenantId)).toBe(0);
  env().TAUSESTACK_STDIO_COMMANDS.pop();
}, 30_000);

test("a credential that an upstream echoes is in no resource, prompt, error or health", async () => {
  const ctx = await tenantWith({
    ...{ expose_resources: true, expose_prompts: true },
    auth: { type: "headers", headers: { "X-Key": { secret: "UP" } } },
  });
  await putSecret(ctx, "UP", { value: "value-of-the-key" });
  const { signal } = new AbortController();
  const read = await readUpstreamResource(ctx, "upstream:up:note://leak", signal);
  expect(read).toMatchObject([{ uri: "upstream:up:note://leak", text: "It is [secret]" }]);
  const prompt = await getUpstreamPrompt(ctx, "up_leak", {}, signal);
  expect(prompt?.messages).toMatchObject([{ content: { text: "It is [secret]" } }]);
  const broken = readUpstreamResource(ctx, "upstream:up:note://broken", signal);
  await expect(broken).rejects.toThrow("[secret] is not enough");
  await expect(broken).rejects.not.toThrow("value-of-the-key");
  expect(JSON.stringify(await getUpstream(ctx, "up"))).not.toContain("value-of-the-key");
});
