import { rmSync } from "node:fs";
import { createServer } from "node:http";
import type { Client } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { listAudit } from "#lib/audit/service.ts";
import type { CreateKeyInput } from "#lib/auth/schema.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { addResourceGrant } from "#lib/resources/access/grants.ts";
import { useTenantDatabase } from "#lib/resources/drivers/testing.ts";
import { registerResource } from "#lib/resources/service.ts";
import { executeOnResource } from "#lib/resources/use/database.ts";
import { deleteFile, writeFile } from "#lib/resources/use/files.ts";
import { freshTenant } from "#lib/testing/context.ts";
import { type Listening, listen } from "#lib/testing/deployment.ts";
import { keyOf, openClient, serveApi } from "./testing.ts";

const files = vi.hoisted(() => {
  const folder = `${process.env.TMPDIR ?? "/tmp"}/mcp-files-${process.pid}-${Date.now()}`;
  process.env.TAUSESTACK_FILES_DIR = folder;
  return folder;
});

useTestDatabase();
const db = useTenantDatabase(`
  create table people (id int primary key, name text, salary int);
  comment on table people is 'Who works here';
  create schema shop; create table shop.orders (id int);
  insert into people values (1, 'Ada', 10), (2, 'Bob', 20)`);

let server: Listening;
let upstream: Listening;
const asked: string[] = [];

beforeAll(async () => {
  server = await serveApi();
  upstream = await listen(
    createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(200, { "content-type": "application/json" }).end('{"ok":true}');
    }),
  );
});
afterAll(async () => {
  await server.close();
  await upstream.close();
  rmSync(files, { recursive: true, force: true });
});

const all = ["read", "write", "admin", "deploy", "delete"];
const kinds = {
  crm: () => ({ type: "database", uri: db.url }),
  docs: () => ({ type: "file", uri: "file:///docs" }),
  orders: () => ({
    type: "api",
    uri: upstream.url,
    connection: { deployment: { path: "/deploys" } },
  }),
};

async function tenantWith(...ids: (keyof typeof kinds)[]): Promise<Ctx> {
  const ctx = await freshTenant({ egress_allow: ["127.0.0.1"] });
  for (const id of ids) {
    const input = { resource_id: id, name: id, access_permissions: all, ...kinds[id]() };
    await registerResource(ctx, input);
  }
  return ctx;
}

async function open(
  ctx: Ctx,
  scopes: CreateKeyInput["scopes"] = ["*"],
  agent?: string,
): Promise<Client> {
  const key = await keyOf(ctx, { scopes, ...(agent ? { agent_id: agent } : {}) });
  return openClient(server.url, key, "modern");
}

async function call(client: Client, name: string, args: object) {
  const result = await client.callTool({ name, arguments: { ...args } });
  if (result.isError) throw new Error(JSON.stringify(result.content));
  return result.structuredContent;
}

async function toolsOf(client: Client): Promise<string[]> {
  return (await client.listTools()).tools
    .map(({ name }) => name)
    .filter((name) => name.startsWith("resource_"));
}

async function textOf(client: Client, uri: string): Promise<string> {
  const [content] = (await client.readResource({ uri })).contents;
  return content && "text" in content ? content.text : "";
}

test("an agent is shown the tools of what it may use, and no others", async () => {
  const ctx = await tenantWith("crm", "docs");
  const registry = ["resource_access", "resource_list", "resource_read"];
  expect(await toolsOf(await open(ctx))).toEqual(
    [
      ...registry,
      ...["resource_delete_file", "resource_execute", "resource_files", "resource_query"],
      ...["resource_select", "resource_tables", "resource_write"],
    ].sort(),
  );
  const reader = await open(ctx, ["tools:read", "tools:call", "resources:read"]);
  expect(await toolsOf(reader)).toEqual(
    [...registry, "resource_files", "resource_query", "resource_select", "resource_tables"].sort(),
  );
  await addResourceGrant(ctx, "docs", {
    subject: { type: "agent", id: "writer" },
    permissions: ["write"],
  });
  await addResourceGrant(ctx, "crm", {
    subject: { type: "agent", id: "nobody" },
    permissions: ["read"],
  });
  expect(await toolsOf(await open(ctx, ["*"], "writer"))).toEqual(
    [...registry, "resource_write"].sort(),
  );
});

test("an agent looks at a database, queries it and changes it, audited", async () => {
  const ctx = await tenantWith("crm");
  const client = await open(ctx);
  const of = { resource_id: "crm" };
  expect(await call(client, "resource_tables", of)).toMatchObject({ schemas: ["public", "shop"] });
  expect(await call(client, "resource_tables", { ...of, table: "people" })).toMatchObject({
    comment: "Who works here",
    columns: [{ name: "id", key: 1 }, { name: "name" }, { name: "salary" }],
  });
  const sql = "select name from people where id = $1";
  expect(await call(client, "resource_query", { ...of, sql, params: [2] })).toMatchObject({
    rows: [["Bob"]],
  });
  const select = { ...of, table: "people", columns: ["id"], order_by: [{ column: "id" }] };
  expect(await call(client, "resource_select", { ...select, max_rows: 1 })).toMatchObject({
    rows: [[1]],
    next_cursor: expect.any(String),
  });
  await expect(
    call(client, "resource_query", { ...of, sql: "delete from people" }),
  ).rejects.toThrow("character 1) [42601]. Here stands one SELECT");
  const insert = { ...of, sql: "insert into shop.orders values ($1)", params: [7] };
  expect(await call(client, "resource_execute", insert)).toMatchObject({ affected_rows: 1 });
  expect((await listAudit(ctx, { action: "resource.execute" })).items).toHaveLength(1);
  await expect(call(client, "resource_query", { sql })).rejects.toThrow("/resource_id");
});

test("an agent writes, lists, reads and deletes files", async () => {
  const client = await open(await tenantWith("docs"));
  const of = { resource_id: "docs" };
  await call(client, "resource_write", { ...of, path: "a/b c.txt", text: "hello" });
  await call(client, "resource_write", { ...of, path: "x.bin", base64: "AAEC" });
  expect(await call(client, "resource_files", { ...of, folder: "a" })).toMatchObject({
    entries: [{ path: "a/b c.txt", size: 5 }],
  });
  const read = { uri: "resource://docs/a/b%20c.txt", offset: 1, length: 2 };
  expect(await client.callTool({ name: "resource_read", arguments: read })).toMatchObject({
    content: [{ resource: { text: "el" } }],
    structuredContent: { size: 5 },
  });
  await expect(call(client, "resource_write", { ...of, path: "x" })).rejects.toThrow("base64");
  await expect(call(client, "resource_write", { ...of, path: "../x", text: "" })).rejects.toThrow(
    "/path",
  );
  await call(client, "resource_delete_file", { ...of, path: "x.bin" });
  expect(await call(client, "resource_files", of)).toMatchObject({ entries: [{ path: "a/" }] });
});

test("an agent asks an API, and what writes or deploys waits for the user's word", async () => {
  const ctx = await tenantWith("orders");
  const client = await openClient(server.url, await keyOf(ctx, { scopes: ["*"] }), "modern", {
    capabilities: { elicitation: {} },
  });
  let questions = 0;
  client.setRequestHandler("elicitation/create", async () => {
    questions += 1;
    return { action: "accept", content: { confirm: true } };
  });
  asked.length = 0;
  const of = { resource_id: "orders" };
  expect(await call(client, "resource_request", { ...of, path: "/1" })).toMatchObject({
    json: { ok: true },
  });
  expect(questions).toBe(0);
  await call(client, "resource_request", { ...of, method: "DELETE", path: "/1" });
  expect(await call(client, "resource_deploy", of)).toMatchObject({ state: "succeeded" });
  expect(questions).toBe(2);
  expect(asked).toEqual(["GET /1", "DELETE /1", "POST /deploys"]);
});

test("another tenant's resources are not there for the tools", async () => {
  await tenantWith("crm");
  const client = await open(await freshTenant());
  expect(await toolsOf(client)).not.toContain("resource_query");
  const query = { resource_id: "crm", sql: "select 1" };
  await expect(call(client, "resource_query", query)).rejects.toThrow('no resource \\"crm\\"');
});

test("databases and files are browsed as MCP resources, with templates and completion", async () => {
  const client = await open(await tenantWith("crm", "docs"));
  await call(client, "resource_write", { resource_id: "docs", path: "a/b.txt", text: "hello" });
  const { resources } = await client.listResources();
  expect(resources.map(({ uri }) => uri)).toEqual(
    expect.arrayContaining(["resource://crm/", "resource://docs/"]),
  );
  const { resourceTemplates } = await client.listResourceTemplates();
  expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual(
    expect.arrayContaining(["resource://crm/{schema}/{table}", "resource://docs/{+path}"]),
  );
  expect(JSON.parse(await textOf(client, "resource://crm/"))).toMatchObject({
    schemas: ["public", "shop"],
    tables: [{ uri: "resource://crm/public/people", comment: "Who works here" }, {}],
  });
  expect(JSON.parse(await textOf(client, "resource://crm/shop"))).toMatchObject({
    schemas: ["shop"],
  });
  expect(JSON.parse(await textOf(client, "resource://crm/public/people"))).toMatchObject({
    columns: [{ name: "id" }, { name: "name" }, { name: "salary" }],
  });
  expect(JSON.parse(await textOf(client, "resource://docs/"))).toMatchObject({
    entries: [{ path: "a/", uri: "resource://docs/a/" }],
  });
  expect(await textOf(client, "resource://docs/a/b.txt")).toBe("hello");
  expect(await textOf(client, "resource://docs/a/b.txt#bytes=1-2")).toBe("el");
  const complete = async (uri: string, name: string, value: string, schema?: string) =>
    (
      await client.complete({
        ref: { type: "ref/resource", uri },
        argument: { name, value },
        ...(schema ? { context: { arguments: { schema } } } : {}),
      })
    ).completion.values;
  const tables = "resource://crm/{schema}/{table}";
  expect(await complete(tables, "schema", "s")).toEqual(["shop"]);
  expect(await complete(tables, "table", "", "shop")).toEqual(["orders"]);
  expect(await complete("resource://docs/{+path}", "path", "a/")).toEqual(["a/b.txt"]);
  expect(await complete(tables, "table", "", "none")).toEqual([]);
  expect(await complete("resource://docs/{+path}", "path", "none/x")).toEqual([]);
  expect(await complete("resource://docs/{+path}", "path", "../x")).toEqual([]);
});

test.each(["modern", "legacy"] as const)(
  "a %s client hears of files, folders and schemas that it listens to and may read, and of no others",
  async (era) => {
    const ctx = await tenantWith("crm", "docs");
    const subject = { type: "agent", id: "bot" } as const;
    await addResourceGrant(ctx, "docs", {
      ...{ subject, permissions: ["read"], conditions: { path_prefix: "mine" } },
    });
    await addResourceGrant(ctx, "crm", { subject, permissions: ["read"] });
    const bot = await openClient(
      server.url,
      await keyOf(ctx, { scopes: ["*"], agent_id: "bot" }),
      era,
    );
    const told = new Set<string>();
    bot.setNotificationHandler("notifications/resources/updated", ({ params }) => {
      told.add(params.uri);
    });
    const inside = [
      "resource://docs/",
      "resource://docs/mine/",
      "resource://docs/mine/a%20%62.txt",
    ];
    const tables = ["resource://crm/", "resource://crm/shop/orders"];
    const outside = "resource://docs/theirs/x.txt";
    if (era === "legacy") {
      for (const uri of [...inside, ...tables]) await bot.subscribeResource({ uri });
      await expect(bot.subscribeResource({ uri: outside })).rejects.toThrow("no resource");
      await expect(bot.subscribeResource({ uri: "resource://none/" })).rejects.toThrow(
        "no resource",
      );
    } else await bot.listen({ resourceSubscriptions: [...inside, ...tables, outside] });
    const heard = async (...uris: string[]) => {
      await vi.waitFor(() => expect([...told].sort()).toEqual([...uris].sort()), {
        timeout: 10_000,
      });
      told.clear();
    };
    const text = { bytes: Buffer.from("x"), mimeType: "text/plain" };
    const writer = { type: "agent", id: "writer" } as const;
    await addResourceGrant(ctx, "docs", { subject: writer, permissions: ["write", "delete"] });
    await addResourceGrant(ctx, "crm", { subject: writer, permissions: ["write", "admin"] });
    const principal = { type: "key", id: "key_w", platform: false, agentId: "writer" } as const;
    const owner: Ctx = { ...ctx, principal };
    await writeFile(owner, "docs", { path: "theirs/x.txt" }, text);
    await heard("resource://docs/");
    await writeFile(owner, "docs", { path: "mine/a b.txt" }, text);
    await heard(...inside);
    await deleteFile(owner, "docs", { path: "mine/a b.txt" });
    await heard(...inside);
    await executeOnResource(owner, "crm", { sql: "insert into shop.orders values (1)" });
    await executeOnResource(owner, "crm", {
      sql: "comment on table shop.orders is 'x'",
      mode: "admin",
    });
    await heard(...tables);
    await bot.close();
  },
);

test("a large file is read by ranges", async () => {
  const client = await open(await tenantWith("docs"));
  const text = "x".repeat(1024 * 1024 + 1);
  await call(client, "resource_write", { resource_id: "docs", path: "big.txt", text });
  await expect(textOf(client, "resource://docs/big.txt")).rejects.toThrow("Ask for a range");
  expect(await textOf(client, "resource://docs/big.txt#bytes=1048575-")).toBe("xx");
});

test("what may not be read is as if it were not there", async () => {
  const ctx = await tenantWith("crm", "docs");
  const owner = await open(ctx);
  for (const path of ["mine/a.txt", "theirs/b.txt"]) {
    await call(owner, "resource_write", { resource_id: "docs", path, text: path });
  }
  const subject = { type: "agent", id: "bot" } as const;
  await addResourceGrant(ctx, "docs", {
    ...{ subject, permissions: ["read"], conditions: { path_prefix: "mine" } },
  });
  await addResourceGrant(ctx, "crm", { subject, permissions: ["write"] });
  const bot = await open(ctx, ["*"], "bot");
  const { resources } = await bot.listResources();
  expect(resources.map(({ uri }) => uri)).toContain("resource://docs/");
  expect(resources.map(({ uri }) => uri)).not.toContain("resource://crm/");
  expect(await textOf(bot, "resource://docs/mine/a.txt")).toBe("mine/a.txt");
  const stranger = await open(await freshTenant());
  for (const uri of ["resource://docs/theirs/b.txt", "resource://crm/", "resource://none/"]) {
    await expect(textOf(bot, uri)).rejects.toThrow("no resource");
  }
  for (const uri of ["resource://docs/", "resource://docs/mine/a.txt", "resource://crm/"]) {
    await expect(textOf(stranger, uri)).rejects.toThrow("no resource");
  }
  for (const uri of ["resource://docs/%2e%2e/x", "resource://docs/..%2fx", "resource://docs/%zz"]) {
    await expect(textOf(owner, uri)).rejects.toThrow();
  }
});
