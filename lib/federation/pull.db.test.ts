import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { withTenant } from "#db/transaction.ts";
import { listAudit } from "#lib/audit/service.ts";
import { createKey } from "#lib/auth/keys.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import type { AppError } from "#lib/core/errors.ts";
import { createApiLane } from "#lib/http/api-lane.ts";
import { loadRoutes } from "#lib/http/load-routes.ts";
import { getMemory, listMemories, registerMemory } from "#lib/memory/service.ts";
import { freshTenant, tenantCtx } from "#lib/testing/context.ts";
import { type Listening, listen, startDeployment } from "#lib/testing/deployment.ts";
import { getTool, listTools, registerTool } from "#lib/tools/service.ts";
import { flushLedger } from "#lib/usage/ledger.ts";
import { pullMemory, pullTools } from "./pull.ts";
import type { PullInput } from "./schema.ts";

useTestDatabase();
afterAll(flushLedger);

const opened: Listening[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => server.close()));
});

/** A peer that answers every request so; `seen` are the requests that it got. */
async function peerThat(
  answer: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<Listening & { seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = [];
  const listening = await listen(
    createServer((request, response) => {
      seen.push(request);
      answer(request, response);
    }),
  );
  opened.push(listening);
  return { ...listening, seen };
}

const json = (response: ServerResponse, body: unknown, headers = {}) =>
  response
    .writeHead(200, { "content-type": "application/json", ...headers })
    .end(typeof body === "string" ? body : JSON.stringify(body));

/** A tenant that may pull from these peers. */
function puller(peers: { host: string }[], mcp_config = {}): Promise<Ctx> {
  return freshTenant({
    mcp_config: { federation_enabled: true, ...mcp_config },
    egress_allow: peers.map(({ host }) => host),
  });
}

/** A tenant that peers may pull from. */
const source = () => freshTenant({ mcp_config: { federation_enabled: true } });

async function fails(pulled: Promise<unknown>): Promise<AppError> {
  const error = await pulled.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeDefined();
  return error as AppError;
}

async function keyOf(ctx: Ctx, scopes: string[]): Promise<string> {
  const { key } = await createKey(ctx, { name: "peer", scopes } as never);
  return key;
}

describe("from another deployment of ours", () => {
  let peer: Listening & { requests: string[] };
  let remote: Ctx;

  beforeAll(async () => {
    peer = await startDeployment(
      createApiLane(await loadRoutes(join(process.cwd(), "app", "(api)"))),
    );
    remote = await source();
    for (const agent_id of ["a", "b", "c"]) await registerMemory(remote, { agent_id });
  });
  afterAll(() => peer.close());

  test("every agent's context is copied, page by page", async () => {
    const strange = { "ключ 🗝": [null, { a: "\0", n: -0.5, big: 9_007_199_254_740_991 }], "": {} };
    const many = await source();
    await withTenant(many.tenantId, (tx) =>
      tx.execute(sql`insert into memories (tenant_id, agent_id, context)
        select ${many.tenantId}, 'agent ' || n, json_build_object('n', n)
        from generate_series(1, 1003) as n`),
    );
    await registerMemory(many, { agent_id: "agent 7", context: strange });
    const ctx = await puller([peer]);
    await registerMemory(ctx, { agent_id: "agent 7", context: { mine: true } });
    await registerMemory(ctx, { agent_id: "my own", context: { mine: true } });
    const token = await keyOf(many, ["memory:read"]);
    peer.requests.length = 0;

    const result = await pullMemory(ctx, { url: `${peer.url}/`, token });
    expect(result).toEqual({ status: "ok", imported: 1003, tenant_id: ctx.tenantId });
    expect(peer.requests).toHaveLength(2);
    expect((await listMemories(ctx, {})).items).toHaveLength(1004);
    expect((await getMemory(ctx, "agent 7")).context).toEqual(strange);
    expect((await getMemory(ctx, "agent 1003")).context).toEqual({ n: 1003 });
    expect((await getMemory(ctx, "my own")).context).toEqual({ mine: true });
    expect((await listMemories(many, {})).items).toHaveLength(1003);
  }, 60_000);

  test("the pull is audited with its peer and count, and the token stands nowhere", async () => {
    const ctx = await puller([peer]);
    const token = await keyOf(remote, ["memory:read"]);
    await pullMemory(ctx, { url: peer.url, token, tenant_id: remote.tenantId });
    const { items } = await listAudit(ctx, { action: "federation.memory_pull" });
    expect(items).toMatchObject([
      {
        target_type: "peer",
        target_id: peer.url,
        after: { url: peer.url, remote_tenant_id: remote.tenantId, imported: 3, error: null },
      },
    ]);
    const rows = await withTenant(ctx.tenantId, (tx) =>
      tx.execute(sql`select to_json(a) as entry from audit_entries a
        where tenant_id = ${ctx.tenantId}`),
    );
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  test("every tool is copied as it is, as a draft that nobody can call before it is published", async () => {
    const theirs = await source();
    const tools = [
      { tool_id: "plain", name: "Plain", description: "d", config: { type: "search" } },
      {
        ...{ tool_id: "dyn", name: "Dynamic", description: "", is_dynamic: true },
        config: { implementation: "https://api.example/x", type: "analytics" },
        parameters: { query: { type: "string", required: true } },
      },
    ];
    for (const tool of tools) await registerTool(theirs, tool);
    const ctx = await puller([peer]);
    const token = await keyOf(theirs, ["tools:read"]);
    const result = await pullTools(ctx, { url: peer.url, token });
    expect(result).toEqual({ status: "ok", imported: 2, tenant_id: ctx.tenantId });
    for (const tool of tools)
      expect(await getTool(ctx, tool.tool_id)).toMatchObject({ ...tool, status: "draft" });
    expect((await listTools(ctx, { include_dynamic: true })).items).toEqual([]);
    const { items } = await listAudit(ctx, { action: "federation.tools_pull" });
    expect(items).toMatchObject([{ target_id: peer.url, after: { imported: 2, total: 2 } }]);
  });

  test("a token of another tenant, of too little scope or of nobody imports nothing", async () => {
    const ctx = await puller([peer]);
    const stranger = await keyOf(await freshTenant(), ["*"]);
    const weak = await keyOf(remote, ["tools:read"]);
    for (const [input, status] of [
      [{ token: stranger, tenant_id: remote.tenantId }, 403],
      [{ token: weak }, 403],
      [{ token: "ts_nothing" }, 401],
      [{}, 401],
    ] as const) {
      const error = await fails(pullMemory(ctx, { url: peer.url, ...input }));
      expect(error).toMatchObject({ code: "upstream_failed", status: 502, extra: { imported: 0 } });
      expect(error.message).toContain(`answered with status ${status}`);
    }
    expect((await listMemories(ctx, {})).items).toEqual([]);
  });

  test("over HTTP, the addresses answer as clients of the seed expect", async () => {
    const ctx = await puller([peer]);
    const [key, weak, token] = await Promise.all([
      keyOf(ctx, ["*"]),
      keyOf(ctx, ["memory:write"]),
      keyOf(remote, ["memory:read", "tools:read"]),
    ]);
    const post = async (path: string, body: unknown, bearer = key) => {
      const response = await fetch(`${peer.url}${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      return { status: response.status, body: await response.json() };
    };
    const input = { url: peer.url, token };
    for (const [path, imported] of [
      ["/federation/memory/pull", 3],
      ["/federation/tools/pull", 0],
    ] as const) {
      expect(await post(path, input)).toEqual({
        status: 200,
        body: { status: "ok", imported, tenant_id: ctx.tenantId },
      });
      expect(await post(path, {})).toMatchObject({
        status: 400,
        body: { code: "invalid_request" },
      });
      expect(await post(path, input, weak)).toMatchObject({
        status: 403,
        body: { code: "insufficient_scope", scope: "federation:write" },
      });
      expect(await post(path, { url: "http://169.254.169.254" })).toMatchObject({
        status: 403,
        body: { code: "peer_not_allowed", reason: "egress_blocked" },
      });
      expect(await post(path, { url: peer.url, token: "wrong" })).toMatchObject({
        status: 502,
        body: { code: "upstream_failed", imported: 0 },
      });
    }
  });
});

describe("what stops a pull before the peer is called", () => {
  test("a permission that is missing: federation's, or that of what is imported", async () => {
    const peer = await peerThat((_request, response) => json(response, { memories: [] }));
    const { tenantId } = await puller([peer]);
    for (const [pull, permissions, scope] of [
      [pullMemory, ["memory:write", "tools:write"], "federation:write"],
      [pullTools, ["memory:write", "tools:write"], "federation:write"],
      [pullMemory, ["federation:write", "tools:write"], "memory:write"],
      [pullTools, ["federation:write", "memory:write"], "tools:write"],
    ] as const) {
      const error = await fails(pull(tenantCtx(tenantId, permissions), { url: peer.url }));
      expect(error).toMatchObject({ code: "insufficient_scope", status: 403, extra: { scope } });
    }
    expect(peer.seen).toHaveLength(0);
  });

  test("a tenant whose mcp_config.federation_enabled is not true", async () => {
    const peer = await peerThat((_request, response) => json(response, { memories: [] }));
    for (const mcp_config of [{}, { federation_enabled: false }, { federation_enabled: null }]) {
      const ctx = await freshTenant({ mcp_config, egress_allow: [peer.host] });
      const error = await fails(pullMemory(ctx, { url: peer.url }));
      expect(error).toMatchObject({ code: "peer_not_allowed", status: 403 });
      expect(error.extra).toEqual({ reason: "federation_disabled" });
    }
    expect(peer.seen).toHaveLength(0);
  });

  test("an address that the egress guard refuses", async () => {
    const peer = await peerThat((_request, response) => json(response, { memories: [] }));
    const ctx = await puller([]);
    for (const url of [
      peer.url,
      "http://169.254.169.254/latest",
      "http://[::1]:9",
      "http://10.1.1.1",
    ]) {
      const error = await fails(pullMemory(ctx, { url }));
      expect(error).toMatchObject({
        code: "peer_not_allowed",
        extra: { reason: "egress_blocked" },
      });
    }
    expect(peer.seen).toHaveLength(0);
  });

  test.each<[string, Partial<PullInput>]>([
    ["no url", {}],
    ["an empty url", { url: "" }],
    ["a relative url", { url: "/memory" }],
    ["another scheme", { url: "file:///etc/passwd" }],
    ["credentials in the url", { url: "https://user:hunter2@peer.example" }],
    ["a query", { url: "https://peer.example/?api_key=1" }],
    ["a fragment", { url: "https://peer.example/#a" }],
    ["a token that breaks the header", { url: "https://peer.example", token: "a\r\nx-b: c" }],
    ["a tenant that breaks the header", { url: "https://peer.example", tenant_id: "a\nb" }],
  ])("%s", async (_what, input) => {
    const ctx = await puller([]);
    const error = await fails(pullMemory(ctx, input as PullInput));
    expect(error).toMatchObject({ code: "invalid_request", status: 400 });
    expect(error.message).not.toContain("hunter2");
  });
});

describe("what is sent to a peer", () => {
  test("is the token, the remote tenant and the list's address below the given path", async () => {
    const peer = await peerThat((request, response) =>
      json(response, request.url?.includes("tools") ? [] : { memories: [] }),
    );
    const ctx = await puller([peer]);
    await pullMemory(ctx, { url: `${peer.url}/base//`, token: "t0k", tenant_id: "theirs" });
    await pullTools(ctx, { url: peer.url });
    const [first, second] = peer.seen;
    expect(first?.url).toBe("/base/memory/all?limit=1000");
    expect(first?.headers).toMatchObject({ authorization: "Bearer t0k", "x-tenant-id": "theirs" });
    expect(second?.url).toBe("/tools?limit=1000");
    expect(second?.headers).not.toHaveProperty("authorization");
    expect(second?.headers).not.toHaveProperty("x-tenant-id");
  });

  test("never brings the token to another origin, by redirect or by the next page", async () => {
    const other = await peerThat((request, response) => {
      const more = request.url?.includes("page=2") ? {} : { link: '<?page=2>; rel="next"' };
      json(response, { memories: [{ agent_id: request.url }] }, more);
    });
    const peer = await peerThat((request, response) => {
      if (request.url?.startsWith("/moved")) {
        response.writeHead(307, { location: `${other.url}${request.url}` }).end();
      } else json(response, { memories: [] }, { link: `<${other.url}/next>; rel=next` });
    });
    const ctx = await puller([peer, other]);
    const moved = await pullMemory(ctx, { url: `${peer.url}/moved`, token: "t0k" });
    expect(moved.imported).toBe(2);
    expect(other.seen).toHaveLength(2);
    for (const { headers } of other.seen) expect(headers).not.toHaveProperty("authorization");
    const error = await fails(pullMemory(ctx, { url: peer.url, token: "t0k" }));
    expect(error.message).toContain("names a next page on another origin");
    expect(other.seen).toHaveLength(2);
  });
});

test("a plain list of the seed's kind is imported, later entries of an agent replacing earlier", async () => {
  const peer = await peerThat((_request, response) =>
    json(response, {
      memories: [
        { agent_id: "a", context: { n: 1 }, tenant_id: "theirs" },
        { agent_id: "b", context: {}, tenant_id: "theirs", unknown: 1 },
        { agent_id: "a", context: { n: 2 }, tenant_id: "theirs" },
      ],
      tenant_id: "theirs",
    }),
  );
  const ctx = await puller([peer]);
  expect((await pullMemory(ctx, { url: peer.url })).imported).toBe(2);
  expect((await getMemory(ctx, "a")).context).toEqual({ n: 2 });
  expect((await getMemory(ctx, "b")).tenant_id).toBe(ctx.tenantId);
});

test("a limit that is hit midway says how many are imported, and so does the audit log", async () => {
  const memories = Array.from({ length: 9 }, (_, n) => ({ agent_id: `a${n}`, context: {} }));
  const peer = await peerThat((_request, response) => json(response, { memories }));
  const ctx = await puller([peer], { max_memory_entries: 3 });
  const error = await fails(pullMemory(ctx, { url: peer.url }));
  expect(error).toMatchObject({
    ...{ code: "limit_exceeded", status: 409 },
    extra: { limit: "max_memory_entries", value: 3, imported: 3, total: 9 },
  });
  expect(error.message).toContain("3 of the peer's 9 entries were imported");
  expect((await listMemories(ctx, {})).items).toHaveLength(3);
  const { items } = await listAudit(ctx, { action: "federation.memory_pull" });
  expect(items).toMatchObject([{ after: { imported: 3, total: 9, error: "limit_exceeded" } }]);
});

test("a tool that cannot be registered is the peer's failure, with what was imported before", async () => {
  const tools = [
    { tool_id: "good", name: "good", parameters: {} },
    { tool_id: "bad", name: "bad", parameters: { type: "array" } },
  ];
  const peer = await peerThat((_request, response) => json(response, tools));
  const ctx = await puller([peer]);
  const error = await fails(pullTools(ctx, { url: peer.url }));
  expect(error).toMatchObject({ code: "upstream_failed", extra: { total: 2 } });
  expect(error.message).toMatch(/"bad": \/parameters\/type: .* entries were imported/);
  expect((await listTools(ctx, { include_dynamic: true, status: "all" })).items).toHaveLength(
    Number(error.extra.imported),
  );
});

const good = { agent_id: "good", context: {} };

test.each<[string, string, (request: IncomingMessage, response: ServerResponse) => unknown]>([
  ["status 500", "status 500", (_request, response) => response.writeHead(500).end("{}")],
  ["status 404", "status 404", (_request, response) => response.writeHead(404).end("{}")],
  ["a web page", "with JSON", (_request, response) => response.end("<html></html>")],
  ["nothing", "with JSON", (_request, response) => response.end()],
  [
    "bytes that are not UTF-8",
    "with JSON",
    (_request, response) => response.end(Buffer.of(0x22, 0xff, 0x22)),
  ],
  [
    "JSON nested without end",
    "with JSON",
    (_request, response) => response.end("[".repeat(100_000)),
  ],
  ["another shape", "/memory/all in another shape", (_request, response) => json(response, [good])],
  [
    "no list",
    "/memory/all in another shape",
    (_request, response) => json(response, { memories: {} }),
  ],
  ["null", "/memory/all in another shape", (_request, response) => json(response, "null")],
  [
    "an entry of no agent",
    "/memories/1/agent_id: must be a string",
    (_request, response) => json(response, { memories: [good, { context: {} }] }),
  ],
  [
    "an entry of a reserved name",
    "/memories/1/agent_id: must not be a reserved word",
    (_request, response) => json(response, { memories: [good, { agent_id: "register" }] }),
  ],
  [
    "an entry with a list for a context",
    "/memories/1/context: must be a JSON object",
    (_request, response) => json(response, { memories: [good, { agent_id: "b", context: [] }] }),
  ],
  [
    "a second page that fails",
    "status 503",
    (request, response) =>
      request.url?.includes("p2")
        ? response.writeHead(503).end()
        : json(response, { memories: [good] }, { link: '</p2>; rel="prev next"' }),
  ],
  [
    "a body of more bytes than are taken",
    "more than 33554432 bytes",
    (_request, response) => response.writeHead(200, { "content-length": 2 ** 40 }).flushHeaders(),
  ],
  [
    "a body without end",
    "more than 33554432 bytes",
    (_request, response) => {
      const pour = () => {
        while (!response.destroyed && response.write(Buffer.alloc(1 << 20, " ")));
      };
      response.on("drain", pour);
      pour();
    },
  ],
  ["a connection that breaks", "closed the connection", (_request, response) => response.destroy()],
  [
    "redirects in a circle",
    "redirects more than",
    (request, response) => response.writeHead(302, { location: request.url }).end(),
  ],
])(
  "a peer that answers with %s is told of, and nothing is imported",
  async (_what, why, answer) => {
    const peer = await peerThat(answer);
    const ctx = await puller([peer]);
    const error = await fails(pullMemory(ctx, { url: peer.url }));
    expect(error).toMatchObject({ code: "upstream_failed", status: 502, extra: { imported: 0 } });
    expect(error.message).toContain(why);
    expect((await listMemories(ctx, {})).items).toEqual([]);
  },
);

test("a peer that redirects to the metadata address is not followed there", async () => {
  const peer = await peerThat((_request, response) =>
    response.writeHead(302, { location: "http://169.254.169.254/latest/meta-data/" }).end(),
  );
  const ctx = await puller([peer]);
  const error = await fails(pullMemory(ctx, { url: peer.url }));
  expect(error).toMatchObject({ code: "peer_not_allowed", extra: { reason: "egress_blocked" } });
});

test("a peer that is not there is its failure", async () => {
  const gone = await peerThat(() => undefined);
  await gone.close();
  const ctx = await puller([gone]);
  const error = await fails(pullMemory(ctx, { url: gone.url }));
  expect(error).toMatchObject({ code: "upstream_failed" });
  expect(error.message).toContain("refused the connection");
});
