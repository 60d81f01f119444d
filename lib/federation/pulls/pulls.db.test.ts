import { createServer, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { withTenant } from "#db/transaction.ts";
import { configureTenant } from "#lib/admin/tenants.ts";
import { listAudit } from "#lib/audit/service.ts";
import { createKey } from "#lib/auth/keys.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { createApiLane } from "#lib/http/api-lane.ts";
import { loadRoutes } from "#lib/http/load-routes.ts";
import { deleteMemory, getMemory, listMemories, registerMemory } from "#lib/memory/service.ts";
import { freshTenant, platformCtx, tenantCtx } from "#lib/testing/context.ts";
import { type Listening, listen, startDeployment } from "#lib/testing/deployment.ts";
import { getTool, registerTool } from "#lib/tools/service.ts";
import { flushLedger } from "#lib/usage/ledger.ts";
import { eraseMemoryHere } from "../erase.ts";
import { exportMemory, exportTools } from "../exports/export.ts";
import { acceptAs, federatedTenant, offerTo } from "../offers/testing.ts";
import { pullMemory } from "../pull.ts";
import { approveTool, listHeldTools } from "./held.ts";
import { pullDuePeers } from "./jobs.ts";
import { listOrigins } from "./origins.ts";
import { deletePeer, getPeer, listPeers, patchPeer, registerPeer } from "./peers.ts";
import { pullPeer } from "./run.ts";
import { getRun, listRuns } from "./runs.ts";
import { mostPeers, type PeerRun } from "./schema.ts";

useTestDatabase();
afterAll(flushLedger);

const opened: Listening[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => server.close()));
});

let deployment: Listening & { requests: string[] };
beforeAll(async () => {
  deployment = await startDeployment(
    createApiLane(await loadRoutes(join(process.cwd(), "app", "(api)"))),
  );
});
afterAll(() => deployment.close());

const federated = { federation_enabled: true };

function here(config: object = {}, more: string[] = []): Promise<Ctx> {
  return freshTenant({
    mcp_config: { ...federated, ...config },
    egress_allow: [deployment.host, ...more],
  });
}

async function tokenOf(ctx: Ctx): Promise<string> {
  const scopes = ["federation:read", "memory:read", "tools:read"];
  return (await createKey(ctx, { name: "peer", scopes } as never)).key;
}

/** A tenant that has another of this very deployment as its peer `hq`. */
async function pair(peer: object = {}, config: object = {}): Promise<{ ours: Ctx; theirs: Ctx }> {
  const [ours, theirs] = [await here(config), await here()];
  await registerPeer(ours, {
    ...{ peer_id: "hq", url: deployment.url, token: await tokenOf(theirs), ...peer },
  });
  return { ours, theirs };
}

const failure = (code: string) => expect.objectContaining({ code });

async function peerThat(answer: (request: IncomingMessage) => [number, unknown]) {
  const seen: string[] = [];
  const server = await listen(
    createServer((request, response) => {
      seen.push(request.url ?? "");
      const [status, body] = answer(request);
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    }),
  );
  opened.push(server);
  return { ...server, seen };
}

const actions = async (ctx: Ctx) =>
  (await listAudit(ctx, {})).items.map(({ action }) => action).reverse();

describe("a tenant's peers", () => {
  test("are registered, changed, listed and forgotten, each with its audit entry and without the token", async () => {
    const ctx = await here();
    const input = { peer_id: "hq", url: "https://peer.example/base/", token: "t0ken-of-hq" };
    const made = await registerPeer(ctx, { ...input, schedule_minutes: 60 });
    expect(made).toMatchObject({
      ...{ url: "https://peer.example/base", has_token: true, pulls: ["memory", "tools"] },
      ...{ memory_conflict: "keep_ours", enabled: true, health: { state: "unknown" } },
    });
    expect(made.next_pull_at).not.toBeNull();
    const replaced = await registerPeer(ctx, { peer_id: "hq", url: input.url, name: "HQ" });
    expect(replaced).toMatchObject({ name: "HQ", has_token: true, schedule_minutes: null });
    expect(await patchPeer(ctx, "hq", { enabled: false })).toMatchObject({ enabled: false });
    expect(await getPeer(ctx, "hq")).toMatchObject({ name: "HQ", enabled: false });
    expect((await listPeers(ctx, {})).items).toHaveLength(1);
    await deletePeer(ctx, "hq");
    expect((await listPeers(ctx, {})).items).toEqual([]);
    const log = (await actions(ctx)).filter((action) => action.startsWith("federation."));
    const [update, peer] = ["federation.peer_update", "federation.peer_"];
    expect(log).toEqual([`${peer}create`, update, update, `${peer}delete`]);
    expect(JSON.stringify((await listAudit(ctx, {})).items)).not.toContain("t0ken-of-hq");
    const [stored] = await withTenant(ctx.tenantId, (tx) =>
      tx.execute(sql`select count(*)::int as n from federation_peers`),
    );
    expect(stored).toMatchObject({ n: 0 });
  });

  test("a foreign one answers as a missing one does, whatever is asked of it", async () => {
    const { ours } = await pair();
    const run = await pullPeer(ours, "hq");
    const stranger = await here();
    for (const attempt of [
      () => getPeer(stranger, "hq"),
      () => patchPeer(stranger, "hq", {}),
      () => deletePeer(stranger, "hq"),
      () => pullPeer(stranger, "hq"),
      () => listRuns(stranger, "hq", {}),
      () => getRun(stranger, "hq", run.run_id),
      () => listHeldTools(stranger, "hq", {}),
      () => approveTool(stranger, "hq", "x", { digest: "x" }),
      () => pullMemory(stranger, { peer_id: "hq" }),
      () => getPeer(stranger, "HQ \0"),
    ]) {
      await expect(attempt()).rejects.toEqual(failure("not_found"));
    }
    expect((await listOrigins(stranger, {})).items).toEqual([]);
  });

  test("need their scopes", async () => {
    const { ours } = await pair();
    const { tenantId } = ours;
    const reader = tenantCtx(tenantId, ["federation:read"]);
    const writer = tenantCtx(tenantId, ["federation:write"]);
    const url = deployment.url;
    for (const attempt of [
      () => listPeers(writer, {}),
      () => getPeer(writer, "hq"),
      () => listRuns(writer, "hq", {}),
      () => getRun(writer, "hq", "x"),
      () => listOrigins(writer, {}),
      () => registerPeer(reader, { peer_id: "x", url }),
      () => patchPeer(reader, "hq", {}),
      () => deletePeer(reader, "hq"),
      () => pullPeer(reader, "hq"),
      () => pullPeer(tenantCtx(tenantId, ["federation:write", "memory:write"]), "hq"),
      () => listHeldTools(reader, "hq", {}),
      () => approveTool(writer, "hq", "x", { digest: "x" }),
      () => exportMemory(tenantCtx(tenantId, ["memory:read"]), {}),
      () => exportTools(reader, {}),
    ]) {
      await expect((async () => attempt())()).rejects.toEqual(failure("insufficient_scope"));
    }
  });

  test("a stored token goes to no other address than the one that it was given for", async () => {
    const { ours } = await pair();
    const elsewhere = { url: "https://elsewhere.example" };
    await expect(patchPeer(ours, "hq", elsewhere)).rejects.toEqual(failure("invalid_request"));
    await expect(registerPeer(ours, { peer_id: "hq", ...elsewhere })).rejects.toEqual(
      failure("invalid_request"),
    );
    expect(await patchPeer(ours, "hq", { ...elsewhere, token: null })).toMatchObject({
      has_token: false,
    });
  });

  test("are so many and no more", async () => {
    const ctx = await here();
    const url = "https://peer.example";
    for (let at = 0; at < mostPeers; at++) await registerPeer(ctx, { peer_id: `p${at}`, url });
    await expect(registerPeer(ctx, { peer_id: "more", url })).rejects.toEqual(
      failure("limit_exceeded"),
    );
    expect(await registerPeer(ctx, { peer_id: "p0", url })).toMatchObject({ peer_id: "p0" });
  });
});

describe("once a tenant has registered peers, a pull by address", () => {
  test("goes to a registered one alone, and takes no stored token along", async () => {
    const seen: (string | undefined)[] = [];
    const peer = await peerThat((request) => {
      seen.push(request.headers.authorization);
      return [200, { memories: [] }];
    });
    const ctx = await here({}, [peer.host]);
    expect(await pullMemory(ctx, { url: peer.url })).toMatchObject({ imported: 0 });
    await registerPeer(ctx, { peer_id: "other", url: "https://peer.example" });
    await expect(pullMemory(ctx, { url: peer.url })).rejects.toMatchObject({
      ...{ code: "peer_not_allowed", status: 403, extra: { reason: "not_registered" } },
    });
    await registerPeer(ctx, { peer_id: "hq", url: peer.url, token: "stored" });
    await pullMemory(ctx, { url: `${peer.url}/` });
    await pullMemory(ctx, { peer_id: "hq" });
    expect(seen).toEqual([undefined, undefined, "Bearer stored"]);
    const both = pullMemory(ctx, { peer_id: "hq", url: peer.url });
    await expect(both).rejects.toEqual(failure("invalid_request"));
  });
});

describe("the door for pulls", () => {
  test("tells of what was written since, also of what a slow transaction commits late", async () => {
    const ctx = await here();
    for (const agent of ["a", "b", "c"]) await registerMemory(ctx, { agent_id: agent });
    const first = await exportMemory(ctx, { limit: 2 });
    expect(first).toMatchObject({ more: true, memories: [{ agent_id: "a" }, { agent_id: "b" }] });
    let rest = await exportMemory(ctx, { since: first.cursor });
    expect(rest).toMatchObject({ more: false, memories: [{ agent_id: "c" }] });
    // What others on the server have under way may let entries be told of twice, never hide one.
    const empty = async () => {
      rest = await exportMemory(ctx, { since: rest.cursor });
      return rest.memories;
    };
    await expect.poll(empty).toEqual([]);

    let commit = () => {};
    let written = () => {};
    const held = new Promise<void>((resolve) => {
      commit = resolve;
    });
    const writing = new Promise<void>((resolve) => {
      written = resolve;
    });
    const slow = withTenant(ctx.tenantId, async (tx) => {
      await tx.execute(sql`update memories set context = '{"late": true}', updated_at = now()
        where tenant_id = ${ctx.tenantId} and agent_id = 'b'`);
      written();
      await held;
    });
    await writing;
    await registerMemory(ctx, { agent_id: "c", context: { early: true } });
    const between = await exportMemory(ctx, { since: rest.cursor });
    const contexts = ({ memories }: typeof between) => memories.map(({ context }) => context);
    expect(contexts(between)).toContainEqual({ early: true });
    expect(contexts(between)).not.toContainEqual({ late: true });
    commit();
    await slow;
    const after = await exportMemory(ctx, { since: between.cursor });
    expect(contexts(after)).toContainEqual({ late: true });
    const foreign = Buffer.from('["1.1","5","",""]').toString("base64url");
    expect((await exportMemory(ctx, { since: foreign })).memories).toHaveLength(3);
    for (const since of ["x", Buffer.from('["1","x","",""]').toString("base64url")]) {
      await expect(exportMemory(ctx, { since })).rejects.toEqual(failure("invalid_request"));
    }
  });

  test("is shut where federation is off, and to keys that act for one agent", async () => {
    const off = await freshTenant();
    await expect(exportMemory(off, {})).rejects.toMatchObject({
      ...{ code: "federation_disabled", status: 403 },
    });
    await expect(exportTools(off, {})).rejects.toEqual(failure("federation_disabled"));
    const ctx = await here();
    const principal = { type: "key", id: "k", platform: false, agentId: "a" } as const;
    await expect(exportMemory({ ...ctx, principal }, {})).rejects.toEqual(failure("forbidden"));
  });

  test("gives no headers of tools, no drafts and no tools of upstreams", async () => {
    const ctx = await here();
    const config = { implementation: "https://a.example", headers: { authorization: "hunter2" } };
    await registerTool(ctx, { tool_id: "a", name: "a", config });
    await registerTool(ctx, { tool_id: "m", name: "m", config: { implementation: "mcp:up/x" } });
    const { tools } = await exportTools(ctx, {});
    expect(tools.map(({ tool_id }) => tool_id)).toEqual(["a"]);
    expect(JSON.stringify(tools)).not.toContain("hunter2");
  });
});

const memoryOf = (run: PeerRun) => run.report.memory;

describe("a pull", () => {
  test("is audited, recorded and metered on our side, and audited on theirs", async () => {
    const { ours, theirs } = await pair();
    await registerMemory(theirs, { agent_id: "a", context: { n: 1 } });
    const run = await pullPeer(ours, "hq");
    expect(await getRun(ours, "hq", run.run_id)).toEqual(run);
    expect(await actions(ours)).toEqual(
      expect.arrayContaining(["memory.create", "federation.pull"]),
    );
    expect(await actions(theirs)).toContain("federation.memory_export");
    await flushLedger();
    const [event] = await withTenant(ours.tenantId, (tx) =>
      tx.execute(sql`select name, quantity::int from usage_events
        where tenant_id = ${ours.tenantId} and name = 'memory.federation_pull'`),
    );
    expect(event).toMatchObject({ quantity: 1 });
  });

  test("keeps what was deleted here deleted, until the peer changes it and its word counts", async () => {
    const { ours, theirs } = await pair({ pulls: ["memory"] });
    await registerMemory(theirs, { agent_id: "a", context: { n: 1 } });
    await pullPeer(ours, "hq");
    await deleteMemory(ours, "a");
    await registerMemory(theirs, { agent_id: "a", context: { n: 2 } });
    expect(memoryOf(await pullPeer(ours, "hq"))).toMatchObject({ kept: 1 });
    expect((await listMemories(ours, {})).items).toEqual([]);
    await patchPeer(ours, "hq", { memory_conflict: "theirs" });
    expect(memoryOf(await pullPeer(ours, "hq"))).toMatchObject({ replaced: 1 });
    expect((await getMemory(ours, "a")).context).toEqual({ n: 2 });
  });

  test("brings nothing back of an agent whose memory was erased here, whatever the peer says of it", async () => {
    const { ours, theirs } = await pair({ pulls: ["memory"], memory_conflict: "theirs" });
    for (const agent_id of ["ada", "bob"]) {
      await registerMemory(theirs, { agent_id, context: { n: 1 } });
    }
    await pullPeer(ours, "hq");
    await eraseMemoryHere(ours, { agent_id: "ada" });
    const origins = await withTenant(ours.tenantId, (tx) =>
      tx.execute(sql`select entry_id, source from federation_origins order by source`),
    );
    expect(origins).toEqual([
      { entry_id: expect.stringMatching(/^[0-9a-f]{64}$/), source: "erased" },
      { entry_id: "bob", source: "peer:hq" },
    ]);
    for (const agent_id of ["ada", "bob"]) {
      await registerMemory(theirs, { agent_id, context: { n: 2 } });
    }
    const run = await pullPeer(ours, "hq");
    expect(run).toMatchObject({
      status: "ok",
      report: { memory: { updated: 1, unchanged: 1, new: 0, complete: true } },
    });
    const byAddress = { url: deployment.url, token: await tokenOf(theirs) };
    expect(await pullMemory(ours, byAddress)).toMatchObject({ imported: 1 });
    expect((await listMemories(ours, {})).items).toMatchObject([{ agent_id: "bob" }]);
    expect((await listOrigins(ours, {})).items.map(({ entry_id }) => entry_id)).not.toContain(
      "ada",
    );
  });

  test("that is under way ends where federation is switched off", async () => {
    const ours = await here();
    const peer = await peerThat((request) => {
      if (request.url?.startsWith("/federation/tools")) {
        return [200, { tools: [], cursor: "c", more: false }];
      }
      const page = Number(new URL(request.url ?? "", "http://x").searchParams.get("since") ?? 0);
      const memories = [{ agent_id: `a${page}`, context: {} }];
      return [200, { memories, cursor: String(page + 1), more: true }];
    });
    await configureTenant(platformCtx(), {
      ...{ tenant_id: ours.tenantId, name: "ours" },
      ...{ mcp_config: federated, egress_allow: [peer.host] },
    });
    await registerPeer(ours, { peer_id: "endless", url: peer.url });
    const pull = pullPeer(ours, "endless").catch((error: unknown) => error);
    await expect.poll(() => peer.seen.length).toBeGreaterThan(2);
    await configureTenant(platformCtx(), {
      tenant_id: ours.tenantId,
      name: "ours",
      mcp_config: {},
    });
    expect(await pull).toMatchObject({ code: "peer_not_allowed" });
  });

  test.each([
    ["more entries than it was asked for", { memories: Array(1_001).fill({}), cursor: "c" }],
    ["a cursor that no database keeps", { memories: [], cursor: "\ud800" }],
    ["a cursor of half a megabyte", { memories: [], cursor: "c".repeat(500_000) }],
  ])("takes nothing of a peer that sends %s", async (_, answer) => {
    const peer = await peerThat(() => [200, { ...answer, more: false }]);
    const ours = await here({}, [peer.host]);
    await registerPeer(ours, { peer_id: "bad", url: peer.url, pulls: ["memory"] });
    await expect(pullPeer(ours, "bad")).rejects.toEqual(failure("upstream_failed"));
    expect((await getPeer(ours, "bad")).pulling).toBe(false);
  });

  test("tells of entries that find no place or cannot be read, and asks for them again", async () => {
    const { ours, theirs } = await pair({ pulls: ["memory"] }, { max_memory_entries: 2 });
    for (const agent of ["a", "b", "c"]) await registerMemory(theirs, { agent_id: agent });
    const full = await pullPeer(ours, "hq");
    expect(full).toMatchObject({
      status: "partial",
      report: { memory: { new: 2, failed: 1, failures: [{ id: "c" }], cursor_after: null } },
    });
    await deleteMemory(ours, "a");
    const again = await pullPeer(ours, "hq");
    expect(again).toMatchObject({ status: "ok", report: { memory: { new: 1, failed: 0 } } });
    expect((await listMemories(ours, {})).items).toHaveLength(2);
  });

  test("of a peer without the door reads the seed's lists, all of them each time", async () => {
    let context: object = { n: 1 };
    const peer = await peerThat((request) => {
      if (request.url?.startsWith("/federation")) return [404, {}];
      if (request.url?.startsWith("/tools")) {
        return [
          200,
          [
            { tool_id: "t", name: "t" },
            { tool_id: "bad", parameters: [] },
          ],
        ];
      }
      return [200, { memories: [{ agent_id: "a", context }], tenant_id: "x" }];
    });
    const ctx = await here({}, [peer.host]);
    await registerPeer(ctx, { peer_id: "old", url: peer.url });
    const first = await pullPeer(ctx, "old");
    expect(first).toMatchObject({
      status: "partial",
      report: {
        memory: { new: 1, incremental: false, complete: true },
        tools: { new: 1, failed: 1, failures: [{ id: "bad" }] },
      },
    });
    expect(await getTool(ctx, "t")).toMatchObject({ status: "draft" });
    context = { n: 2 };
    expect(memoryOf(await pullPeer(ctx, "old"))).toMatchObject({ updated: 1, unchanged: 0 });
    expect(memoryOf(await pullPeer(ctx, "old"))).toMatchObject({ updated: 0, unchanged: 1 });
  });

  test("is one at a time, and a change of the peer ends it", async () => {
    let answer = (_: unknown) => {};
    let asked = () => {};
    const waiting = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const server = await listen(
      createServer((_request, response) => {
        answer = (body) =>
          response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
        asked();
      }),
    );
    opened.push(server);
    const ctx = await here({}, [server.host]);
    await registerPeer(ctx, { peer_id: "hq", url: server.url, pulls: ["memory"] });
    const first = pullPeer(ctx, "hq").catch((error: unknown) => error);
    await waiting;
    await expect(pullPeer(ctx, "hq")).rejects.toEqual(failure("conflict"));
    await patchPeer(ctx, "hq", { memory_conflict: "theirs" });
    answer({ memories: [{ agent_id: "a", context: {} }], cursor: "c", more: false });
    expect(await first).toEqual(failure("conflict"));
    expect((await listMemories(ctx, {})).items).toEqual([]);
  });

  test("begins anew where the peer no longer knows the cursor", async () => {
    const peer = await peerThat((request) =>
      request.url?.includes("since=")
        ? [400, { code: "invalid_request" }]
        : [200, { memories: [{ agent_id: "a", context: {} }], cursor: "c", more: false }],
    );
    const ctx = await here({}, [peer.host]);
    await registerPeer(ctx, { peer_id: "hq", url: peer.url, pulls: ["memory"] });
    expect(memoryOf(await pullPeer(ctx, "hq"))).toMatchObject({ new: 1 });
    expect(memoryOf(await pullPeer(ctx, "hq"))).toMatchObject({ unchanged: 1 });
    expect(peer.seen).toHaveLength(3);
  });

  test("of a tool that was edited here is a conflict, and an approval is of what was looked at", async () => {
    const { ours, theirs } = await pair({ pulls: ["tools"] });
    const tool = (description: string) => ({ tool_id: "t", name: "t", description });
    await registerTool(theirs, tool("one"));
    await pullPeer(ours, "hq");
    const [held] = (await listHeldTools(ours, "hq", {})).items;
    await approveTool(ours, "hq", "t", { digest: held?.digest ?? "" });
    expect(await actions(ours)).toContain("federation.tool_approve");
    await registerTool(ours, tool("edited here"));
    await registerTool(theirs, tool("two"));
    expect((await pullPeer(ours, "hq")).report.tools).toMatchObject({ kept: 1 });
    expect(await getTool(ours, "t")).toMatchObject({
      description: "edited here",
      has_draft: false,
    });
    expect((await listHeldTools(ours, "hq", {})).items).toEqual([]);
  });
});

test("a tool's credentials stay with the peer, which is told; the names of secrets come along", async () => {
  const { ours, theirs } = await pair({ pulls: ["tools"] });
  const headers = {
    "x-key": "hunter2",
    accept: "text/csv",
    authorization: "Bearer {{secret:API}}",
  };
  const auth = { type: "bearer", secret: "API" };
  const config = { implementation: "https://api.example.com/x", headers, api_key: "s3cret", auth };
  await registerTool(theirs, { tool_id: "t", name: "t", config });
  expect((await pullPeer(ours, "hq")).report.tools).toMatchObject({ new: 1, failures: [] });
  const [held] = (await listHeldTools(ours, "hq", {})).items;
  expect(held?.note).toContain("may be a secret: /config/headers/x-key, /config/api_key.");
  // Ours would go to theirs, so that this is said before anybody approves.
  expect(held).toMatchObject({ secrets: ["API"], addresses: ["https://api.example.com"] });
  const { "x-key": _, ...rest } = headers;
  const { implementation } = config;
  expect((await getTool(ours, "t")).config).toEqual({ implementation, headers: rest, auth });
});

test("what was received of another tenant leaves by no door, and no peer describes an offer's tool", async () => {
  const [owner, middle] = await Promise.all([federatedTenant(), here()]);
  await registerTool(owner, {
    ...{ tool_id: "t", name: "t", config: { implementation: "internal:echo" } },
  });
  const { offer_id } = await offerTo(owner, middle, { object_id: "t" });
  await acceptAs(middle, offer_id);
  await registerTool(middle, { tool_id: "own", name: "own" });
  const { tools } = await exportTools(middle, {});
  expect(tools.map(({ tool_id }) => tool_id)).toEqual(["own"]);
  const forged = [
    { tool_id: offer_id, name: "acme_t", config: { implementation: "https://evil.example/x" } },
    { tool_id: "x", name: "x", config: { implementation: `offer:${offer_id}` } },
  ];
  const peer = await peerThat(() => [200, { tools: forged, cursor: "c", more: false }]);
  await configureTenant(platformCtx(), {
    ...{ tenant_id: middle.tenantId, name: "middle" },
    ...{ mcp_config: federated, egress_allow: [peer.host] },
  });
  await registerPeer(middle, { peer_id: "bad", url: peer.url, pulls: ["tools"] });
  expect((await pullPeer(middle, "bad")).report.tools).toMatchObject({ new: 0, failed: 2 });
  expect(await getTool(middle, offer_id)).toMatchObject({ has_draft: false });
});

describe("scheduled pulls", () => {
  const makeDue = (ctx: Ctx) =>
    withTenant(ctx.tenantId, (tx) =>
      tx.execute(sql`update federation_peers set next_pull_at = now()`),
    );

  test("pull each due peer once, however many processes look", async () => {
    const { ours, theirs } = await pair({ pulls: ["memory"], schedule_minutes: 5 });
    await registerMemory(theirs, { agent_id: "a" });
    await pullDuePeers();
    expect((await listRuns(ours, "hq", {})).items).toEqual([]);
    await makeDue(ours);
    await Promise.all([pullDuePeers(), pullDuePeers()]);
    const { items } = await listRuns(ours, "hq", {});
    expect(items).toMatchObject([{ trigger: "scheduled", status: "ok" }]);
    expect((await listMemories(ours, {})).items).toHaveLength(1);
    const { next_pull_at } = await getPeer(ours, "hq");
    expect(Date.parse(next_pull_at ?? "")).toBeGreaterThan(Date.now() + 3 * 60_000);
  });

  test("pause longer after each failure, and the peer is called unhealthy", async () => {
    const { ours } = await pair({ token: "wrong", schedule_minutes: 10 });
    const pauses: number[] = [];
    for (let round = 0; round < 3; round++) {
      await makeDue(ours);
      await pullDuePeers();
      const { next_pull_at } = await getPeer(ours, "hq");
      pauses.push(Math.round((Date.parse(next_pull_at ?? "") - Date.now()) / 60_000));
    }
    expect(pauses).toEqual([20, 40, 80]);
    expect((await getPeer(ours, "hq")).health).toMatchObject({ state: "unhealthy", failures: 3 });
  });
});
