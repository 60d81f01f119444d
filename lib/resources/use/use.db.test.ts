import { existsSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { jobs } from "#lib/admin/jobs.ts";
import { configureTenant, deleteTenant } from "#lib/admin/tenants.ts";
import { listAudit } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { putSecret } from "#lib/secrets/service.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";
import { freshTenant, platformCtx, tenantCtx } from "#lib/testing/context.ts";
import { addResourceGrant } from "../access/grants.ts";
import type { GrantInput } from "../access/schema.ts";
import { type S3Server, s3Credential, startS3Server } from "../drivers/file/testing.ts";
import { useTenantDatabase } from "../drivers/testing.ts";
import type { RegisterResourceInput } from "../schema.ts";
import { getResource, registerResource } from "../service.ts";
import { deployResource, listDeployments, requestResource } from "./api.ts";
import {
  browseResource,
  describeResourceTable,
  executeOnResource,
  queryResource,
  selectResource,
} from "./database.ts";
import { deleteFile, linkFile, listFiles, readFile, writeFile } from "./files.ts";
import { tenantFolder } from "./folder-root.ts";
import { checkResourceHealth, getResourceHealth } from "./health.ts";
import { recountStorage } from "./storage.ts";

const files = vi.hoisted(() => {
  const folder = `${process.env.TMPDIR ?? "/tmp"}/tenant-files-${process.pid}-${Date.now()}`;
  process.env.TAUSESTACK_FILES_DIR = folder;
  return folder;
});

useTestDatabase();
const db = useTenantDatabase(
  "create table t (id int primary key, secret text); insert into t values (1, 'a'), (2, 'b')",
);

let s3: S3Server;
const seen: { method: string; url: string; authorization: string; body: string }[] = [];
const api = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk) => (body += chunk));
  request.on("end", () => {
    const { method = "", url = "", headers } = request;
    seen.push({ method, url, authorization: headers.authorization ?? "", body });
    if (url === "/v1/within") response.writeHead(302, { location: "/v1/orders/9" }).end();
    else if (url === "/v1/orders/out") response.writeHead(302, { location: "/v1/users/1" }).end();
    else if (url === "/v1/orders/above") response.writeHead(307, { location: "/admin" }).end();
    else if (url === "/v1/orders/echo") response.end(JSON.stringify(headers));
    else if (url === "/v1/redirect")
      response.writeHead(302, { location: "http://127.0.0.1:1/elsewhere" }).end();
    else if (url === "/v1/fails") response.writeHead(500).end("broken");
    else
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ url }));
  });
});
let apiUrl = "";

beforeAll(async () => {
  s3 = await startS3Server("docs");
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  apiUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}/v1`;
});

afterAll(async () => {
  await s3.close();
  api.close();
  rmSync(files, { recursive: true, force: true });
});

const all = ["read", "write", "admin", "deploy", "delete"];
const kinds = {
  database: () => ({ type: "database", uri: db.url }),
  folder: () => ({ type: "file", uri: "file:///reports" }),
  bucket: () => ({
    type: "file",
    uri: "s3://docs/a",
    connection: {
      endpoint: s3.endpoint,
      path_style: true,
      access_key_id_secret: "S3_ID",
      secret_access_key_secret: "S3_KEY",
    },
  }),
  api: () => ({
    type: "api",
    uri: apiUrl,
    connection: {
      auth: { type: "bearer", secret: "API_TOKEN" },
      allow: [{ path: "/orders/*" }, { methods: ["GET"], path: "/*" }],
      deployment: { path: "/deploys", body: { ref: "main" } },
    },
  }),
};

async function tenantWith(
  kind: keyof typeof kinds,
  change: Partial<RegisterResourceInput> = {},
): Promise<Ctx> {
  const ctx = await freshTenant({ egress_allow: ["127.0.0.1"] });
  await putSecret(ctx, "S3_ID", { value: s3Credential.id });
  await putSecret(ctx, "S3_KEY", { value: s3Credential.secret });
  await putSecret(ctx, "API_TOKEN", { value: "token-of-the-api" });
  await registerResource(ctx, {
    resource_id: "r",
    name: "R",
    access_permissions: all,
    ...kinds[kind](),
    ...change,
  });
  return ctx;
}

const asAgent = (ctx: Ctx, agentId: string): Ctx => ({
  ...tenantCtx(ctx.tenantId, ["resources:read", "resources:write"]),
  principal: { type: "key", id: "key_agent", platform: false, agentId } as Ctx["principal"],
});

const missing = { code: "not_found" };
const bytes = (text: string) => ({ bytes: Buffer.from(text), mimeType: "text/plain" });

test("a database is read, written and administered, and the audit log says what was done", async () => {
  const ctx = await tenantWith("database");
  expect(
    await queryResource(ctx, "r", { sql: "select id from t where id = $1", params: [2] }),
  ).toMatchObject({ rows: [[2]] });
  expect(
    await selectResource(ctx, "r", {
      table: "t",
      columns: ["secret"],
      order_by: [{ column: "id" }],
    }),
  ).toMatchObject({ rows: [["a"], ["b"]] });
  expect(await browseResource(ctx, "r", null)).toMatchObject({ tables: [{ name: "t" }] });
  expect(await describeResourceTable(ctx, "r", { schema: "public", table: "t" })).toMatchObject({
    columns: [{ name: "id", key: 1 }, { name: "secret" }],
  });
  expect(
    await executeOnResource(ctx, "r", {
      sql: "insert into t values (3, $1)",
      params: ["hidden parameter"],
    }),
  ).toMatchObject({ command: "INSERT", affected_rows: 1 });
  await executeOnResource(ctx, "r", { sql: "delete from t where id = 3" });
  await executeOnResource(ctx, "r", { sql: "create table u ()", mode: "admin" });
  await executeOnResource(ctx, "r", { sql: "drop table u", mode: "admin" });
  const audit = await listAudit(ctx, { action: "resource.execute" });
  expect(audit.items.map(({ after }) => (after as { command: string }).command)).toEqual([
    "DROP",
    "CREATE",
    "DELETE",
    "INSERT",
  ]);
  expect(JSON.stringify(audit.items)).not.toContain("hidden parameter");
});

test("what a resource does not offer, or the scope leaves out, cannot be done", async () => {
  const ctx = await tenantWith("database", { access_permissions: ["read"] });
  await expect(executeOnResource(ctx, "r", { sql: "delete from t" })).rejects.toMatchObject({
    code: "forbidden",
  });
  const reader = tenantCtx(ctx.tenantId, ["resources:read"]);
  await expect(executeOnResource(reader, "r", { sql: "delete from t" })).rejects.toMatchObject({
    code: "insufficient_scope",
  });
  await expect(
    queryResource(tenantCtx(ctx.tenantId, ["tools:read"]), "r", { sql: "select 1" }),
  ).rejects.toMatchObject({ code: "insufficient_scope" });
  const other = await freshTenant();
  for (const attempt of [
    () => queryResource(other, "r", { sql: "select 1" }),
    () => executeOnResource(other, "r", { sql: "delete from t" }),
    () => browseResource(other, "r", null),
    () => listFiles(other, "r", {}),
    () => writeFile(other, "r", { path: "x" }, bytes("x")),
    () => requestResource(other, "r", { path: "/x" }),
    () => deployResource(other, "r"),
    () => checkResourceHealth(other, "r"),
    () => getResourceHealth(other, "r"),
    () => listDeployments(other, "r"),
  ]) {
    await expect(attempt()).rejects.toMatchObject(missing);
  }
});

test("a grant's tables, columns and rows hold for the agent that has it", async () => {
  const ctx = await tenantWith("database");
  await addResourceGrant(ctx, "r", {
    subject: { type: "agent", id: "bot" },
    permissions: ["read"],
    conditions: { tables: ["public.t"], columns_hidden: ["secret"], max_rows: 1 },
  });
  const bot = asAgent(ctx, "bot");
  expect(await selectResource(bot, "r", { table: "t" })).toMatchObject({
    columns: [{ name: "id" }],
    row_count: 1,
  });
  await expect(queryResource(bot, "r", { sql: "select secret from t" })).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(executeOnResource(bot, "r", { sql: "delete from t" })).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(
    queryResource(asAgent(ctx, "stranger"), "r", { sql: "select 1" }),
  ).rejects.toMatchObject(missing);
});

test.each(["folder", "bucket"] as const)(
  "files of a %s are written, listed, read and removed",
  async (kind) => {
    const ctx = await tenantWith(kind);
    await writeFile(ctx, "r", { path: "a/b.txt" }, bytes("hello"));
    expect(await listFiles(ctx, "r", { folder: "a" })).toMatchObject({
      entries: [{ path: "a/b.txt", size: 5 }],
    });
    const read = await readFile(ctx, "r", { path: "a/b.txt" }, { start: 1, end: 2 });
    expect(Buffer.from(read.bytes).toString()).toBe("el");
    await deleteFile(ctx, "r", { path: "a/b.txt" });
    await expect(readFile(ctx, "r", { path: "a/b.txt" }, null)).rejects.toMatchObject(missing);
    for (const path of ["../x", "a/../../x", "/x", "a\\..\\x"]) {
      await expect(writeFile(ctx, "r", { path }, bytes("x"))).rejects.toMatchObject({
        code: "invalid_request",
      });
    }
    const actions = (await listAudit(ctx, { target_id: "r" })).items.map(({ action }) => action);
    expect(actions).toEqual(["resource.delete_file", "resource.write_file", "resource.create"]);
  },
);

test("a grant's path holds for files, and what lies beside it is not there", async () => {
  const ctx = await tenantWith("folder");
  for (const path of ["mine/a.txt", "theirs/b.txt"])
    await writeFile(ctx, "r", { path }, bytes(path));
  await addResourceGrant(ctx, "r", {
    subject: { type: "agent", id: "bot" },
    permissions: ["read", "write"],
    conditions: { path_prefix: "mine" },
  });
  const bot = asAgent(ctx, "bot");
  expect((await listFiles(bot, "r", {})).entries.map(({ path }) => path)).toEqual(["mine/"]);
  expect(await readFile(bot, "r", { path: "mine/a.txt" }, null)).toMatchObject({ size: 10 });
  for (const attempt of [
    () => readFile(bot, "r", { path: "theirs/b.txt" }, null),
    () => listFiles(bot, "r", { folder: "theirs" }),
    () => writeFile(bot, "r", { path: "theirs/c.txt" }, bytes("x")),
    () => writeFile(bot, "r", { path: "mine2/c.txt" }, bytes("x")),
  ]) {
    await expect(attempt()).rejects.toMatchObject(missing);
  }
  await expect(deleteFile(bot, "r", { path: "mine/a.txt" })).rejects.toMatchObject({
    code: "forbidden",
  });
});

test("max_storage_mb holds exactly for files that are written at the same time", async () => {
  const ctx = await tenantWith("folder");
  await configureTenant(platformCtx(), {
    tenant_id: ctx.tenantId,
    name: "T",
    egress_allow: [],
    resource_limits: { max_storage_mb: 1 },
  });
  const part = { bytes: Buffer.alloc(100_000), mimeType: "text/plain" };
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, at) => writeFile(ctx, "r", { path: `f${at}` }, part)),
  );
  const refused = outcomes.filter((each) => each.status === "rejected");
  expect(outcomes.length - refused.length).toBe(10);
  for (const { reason } of refused)
    expect(reason).toMatchObject({
      code: "limit_exceeded",
      extra: { limit: "max_storage_mb", value: 1 },
    });
  expect((await listFiles(ctx, "r", {})).entries).toHaveLength(10);
  const tenant = (await findSnapshot(ctx.tenantId))?.tenant;
  if (!tenant) throw new Error("The tenant is gone");
  expect(await recountStorage(tenant)).toBe(1_000_000);
  expect(readdirSync(join(tenantFolder(tenant), "reports"))).toHaveLength(10);
  await expect(writeFile(ctx, "r", { path: "new/er/f" }, part)).rejects.toMatchObject({
    code: "limit_exceeded",
  });
  expect((await listFiles(ctx, "r", {})).entries).toHaveLength(10);
  await deleteFile(ctx, "r", { path: (await listFiles(ctx, "r", {})).entries[0]?.path ?? "" });
  await writeFile(ctx, "r", { path: "again" }, part);
});

test("files of a deleted tenant are nothing to a tenant that gets its id, and are removed", async () => {
  const ctx = await tenantWith("folder");
  await writeFile(ctx, "r", { path: "old.txt" }, bytes("old"));
  const before = (await findSnapshot(ctx.tenantId))?.tenant;
  if (!before) throw new Error("The tenant is gone");
  await deleteTenant(platformCtx(), ctx.tenantId);
  await configureTenant(platformCtx(), { tenant_id: ctx.tenantId, name: "Again" });
  await registerResource(ctx, {
    resource_id: "r",
    name: "R",
    type: "file",
    uri: "file:///reports",
  });
  expect((await listFiles(ctx, "r", {})).entries).toEqual([]);
  expect(existsSync(tenantFolder(before))).toBe(true);
  await jobs["resource-files"].run();
  expect(existsSync(tenantFolder(before))).toBe(false);
});

test("a link of a bucket opens one file until it expires, and is audited; a folder has none", async () => {
  const ctx = await tenantWith("bucket");
  await writeFile(ctx, "r", { path: "x.txt" }, bytes("linked"));
  const { url } = await linkFile(ctx, "r", { path: "x.txt", expires_seconds: 60 });
  expect(await (await fetch(url)).text()).toBe("linked");
  expect((await fetch(url, { method: "PUT", body: "x" })).status).toBe(403);
  expect((await listAudit(ctx, { action: "resource.link_file" })).items).toHaveLength(1);
  await expect(linkFile(await tenantWith("folder"), "r", { path: "x.txt" })).rejects.toMatchObject({
    code: "invalid_request",
  });
});

test("an API is asked with its secret, within its own list and the grant's path", async () => {
  const ctx = await tenantWith("api");
  seen.length = 0;
  expect(await requestResource(ctx, "r", { path: "/orders/1", query: { full: true } })).toEqual({
    status: 200,
    content_type: "application/json",
    json: { url: "/v1/orders/1?full=true" },
  });
  await requestResource(ctx, "r", { method: "POST", path: "/orders/1", body: { a: 1 } });
  expect(seen).toEqual([
    {
      method: "GET",
      url: "/v1/orders/1?full=true",
      authorization: "Bearer token-of-the-api",
      body: "",
    },
    {
      method: "POST",
      url: "/v1/orders/1",
      authorization: "Bearer token-of-the-api",
      body: '{"a":1}',
    },
  ]);
  await expect(
    requestResource(ctx, "r", { method: "DELETE", path: "/users/1" }),
  ).rejects.toMatchObject({ code: "forbidden" });
  expect(await requestResource(ctx, "r", { path: "/fails" })).toMatchObject({
    status: 500,
    text: "broken",
  });
  await expect(requestResource(ctx, "r", { path: "/redirect" })).rejects.toMatchObject({
    code: "upstream_failed",
  });
  expect((await listAudit(ctx, { action: "resource.request" })).items).toHaveLength(1);
});

test.each([
  "/../admin",
  "/orders/../../x",
  "/%2e%2e/x",
  "/orders/%2E%2E/%2e%2e/x",
  "//evil.example/x",
  "/orders/..%2f..%2fx",
  "/orders\\..\\x",
  "/a%00b",
  "/orders?x",
  "/orders#x",
  "orders",
  "http://evil.example/",
  "/@evil.example",
  "/orders/%zz",
])("the path %s never leaves the API's address", async (path) => {
  const ctx = await tenantWith("api");
  seen.length = 0;
  await requestResource(ctx, "r", { path }).catch((error: unknown) =>
    expect(error).toMatchObject({ code: expect.stringMatching(/^(invalid_request|forbidden)$/) }),
  );
  expect(seen.every(({ url }) => url.startsWith("/v1/"))).toBe(true);
});

test("a deployment runs what the resource declares, with deploy alone, and is recorded", async () => {
  const ctx = await tenantWith("api");
  seen.length = 0;
  expect(await deployResource(ctx, "r")).toMatchObject({ state: "succeeded", status_code: 200 });
  expect(seen).toMatchObject([{ method: "POST", url: "/v1/deploys", body: '{"ref":"main"}' }]);
  expect(await listDeployments(ctx, "r")).toMatchObject([{ state: "succeeded" }]);
  const broken = await tenantWith("api", { connection: { deployment: { path: "/fails" } } });
  expect(await deployResource(broken, "r")).toMatchObject({
    state: "failed",
    status_code: 500,
    detail: "broken",
  });
  const reader = await tenantWith("api", { access_permissions: ["read", "write"] });
  await expect(deployResource(reader, "r")).rejects.toMatchObject({ code: "forbidden" });
});

test("a resource says whether it works, when it is asked and by schedule", async () => {
  for (const kind of ["database", "folder", "bucket", "api"] as const) {
    const ctx = await tenantWith(kind);
    expect(await getResourceHealth(ctx, "r")).toMatchObject({ status: "unknown" });
    expect(await checkResourceHealth(ctx, "r")).toMatchObject({ status: "healthy" });
    expect(await getResourceHealth(ctx, "r")).toMatchObject({ status: "healthy" });
  }
  const down = await tenantWith("database", {
    uri: "postgres://u:hunter2@127.0.0.1:1/x?sslmode=disable",
    health_check_minutes: 5,
  });
  await jobs["resource-health"].run();
  const found = await getResourceHealth(down, "r");
  expect(found).toMatchObject({ status: "unhealthy" });
  expect(JSON.stringify(found)).not.toContain("hunter2");
});

test("a connection that its driver does not know is refused where it is registered", async () => {
  const ctx = await freshTenant();
  const register = (input: object) =>
    registerResource(ctx, { resource_id: "x", name: "X", ...input } as RegisterResourceInput);
  await expect(
    register({ ...kinds.database(), connection: { max_rows: 0 } }),
  ).rejects.toMatchObject({ errors: [{ pointer: "/connection/max_rows" }] });
  await expect(register({ ...kinds.bucket(), connection: { bucket: "x" } })).rejects.toMatchObject({
    code: "invalid_request",
  });
  await expect(
    register({ type: "note", uri: "note:1", connection: { a: 1 } }),
  ).rejects.toMatchObject({ errors: [{ pointer: "/connection" }] });
  await register({ type: "file", uri: "s3://docs/a" });
  await expect(listFiles(ctx, "x", {})).rejects.toMatchObject({
    code: "invalid_request",
    message: expect.stringContaining("connection"),
  });
  expect(await getResource(ctx, "x")).toMatchObject({
    driver: "bucket",
    connection: {},
    health_check_minutes: null,
  });
});

test("a secret that a server echoes is masked in the error", async () => {
  const ctx = await tenantWith("bucket", {
    connection: { ...kinds.bucket().connection, access_key_id_secret: "API_TOKEN" },
  });
  const error = await listFiles(ctx, "r", {}).catch((reason: Error) => reason.message);
  expect(String(error)).not.toContain("token-of-the-api");
});

test("whatever a driver answers, secrets that it used are masked in it, and a link still works", async () => {
  const database = await tenantWith("database");
  const password = new URL(db.url).password;
  const { rows } = await queryResource(database, "r", {
    sql: `select '<' || $1 || '>'`,
    params: [password],
  });
  expect(rows).toEqual([["<[secret]>"]]);
  const bucket = await tenantWith("bucket");
  await writeFile(bucket, "r", { path: `of ${s3Credential.secret}.txt` }, bytes("x"));
  const list = await listFiles(bucket, "r", {});
  expect(JSON.stringify(list)).not.toContain(s3Credential.secret);
  const kept = bytes(`within ${s3Credential.secret}`);
  await writeFile(bucket, "r", { path: "kept.txt" }, kept);
  expect(Buffer.from((await readFile(bucket, "r", { path: "kept.txt" }, null)).bytes)).toEqual(
    kept.bytes,
  );
});

test("each pair of a query is sent, whatever its name, and one that cannot be is refused", async () => {
  const ctx = await tenantWith("api");
  const query = JSON.parse('{"__proto__": "a", "constructor": 1, "x": false}');
  expect(await requestResource(ctx, "r", { path: "/orders/1", query })).toMatchObject({
    json: { url: "/v1/orders/1?__proto__=a&constructor=1&x=false" },
  });
  for (const text of ['{"__proto__": {"a": 1}}', '{"a": null}', '{"a": ["b"]}', "[]", '"a"']) {
    await expect(
      requestResource(ctx, "r", { path: "/orders/1", query: JSON.parse(text) }),
      text,
    ).rejects.toMatchObject({ code: "invalid_request" });
  }
});

test("what an API echoes of its credential is masked, and in the record of a deployment too", async () => {
  const ctx = await tenantWith("api", {
    connection: { ...kinds.api().connection, deployment: { path: "/orders/echo" } },
  });
  const answer = await requestResource(ctx, "r", { path: "/orders/echo" });
  const run = await deployResource(ctx, "r");
  for (const told of [answer, run, await listDeployments(ctx, "r")]) {
    expect(JSON.stringify(told)).toContain("[secret]");
    expect(JSON.stringify(told)).not.toContain("token-of-the-api");
  }
});

test("a redirect leads to what could have been asked for itself, and to nothing else", async () => {
  const ctx = await tenantWith("api", {
    connection: { auth: { type: "none" }, allow: [{ path: "/orders/*" }, { path: "/within" }] },
  });
  expect(await requestResource(ctx, "r", { path: "/within" })).toMatchObject({ status: 200 });
  for (const path of ["/orders/out", "/orders/above"]) {
    await expect(requestResource(ctx, "r", { path })).rejects.toMatchObject({
      code: "upstream_failed",
    });
  }
});

const foreign: ["database" | "folder" | "api", GrantInput["conditions"]][] = [
  ["database", { path_prefix: "public/t" }],
  ["folder", { tables: ["public.t"] }],
  ["api", { max_rows: 1 }],
];

test.each(foreign)(
  "a condition that a %s cannot hold to gives nothing",
  async (kind, conditions) => {
    const ctx = await tenantWith(kind);
    await addResourceGrant(ctx, "r", {
      ...{ subject: { type: "agent", id: "bot" }, permissions: all },
      ...(conditions ? { conditions } : {}),
    });
    const bot = asAgent(ctx, "bot");
    const uses = {
      database: () => executeOnResource(bot, "r", { sql: "create table x ()", mode: "admin" }),
      folder: () => listFiles(bot, "r", {}),
      api: () => requestResource(bot, "r", { path: "/orders/1" }),
    };
    await expect(uses[kind]()).rejects.toMatchObject({ code: "forbidden" });
  },
);

test("a statement returns no more rows than its grant shows", async () => {
  const ctx = await tenantWith("database");
  await addResourceGrant(ctx, "r", {
    ...{ subject: { type: "agent", id: "bot" }, permissions: ["read", "write"] },
    conditions: { max_rows: 1 },
  });
  await addResourceGrant(ctx, "r", {
    ...{ subject: { type: "agent", id: "writer" }, permissions: ["write"] },
  });
  const sql = "update t set secret = secret returning secret";
  await expect(executeOnResource(asAgent(ctx, "bot"), "r", { sql })).rejects.toMatchObject({
    code: "invalid_request",
    message: expect.stringContaining("nothing was done"),
  });
  const counted = { command: "UPDATE", affected_rows: 2, returned: null };
  expect(await executeOnResource(asAgent(ctx, "writer"), "r", { sql })).toEqual(counted);
  const open = await tenantWith("database");
  const blind = tenantCtx(open.tenantId, ["resources:write"]);
  expect(await executeOnResource(blind, "r", { sql })).toEqual(counted);
});

test("a folder that is granted is not reached through another resource of the same files", async () => {
  const ctx = await tenantWith("folder");
  await addResourceGrant(ctx, "r", {
    ...{ subject: { type: "agent", id: "bot" }, permissions: ["read"] },
  });
  const writer = tenantCtx(ctx.tenantId, ["resources:read", "resources:write"]);
  for (const uri of ["file:///", "file:///reports", "file:///reports/2026/", "FILE:///reports"]) {
    const alias = { resource_id: "alias", name: "A", type: "file", uri, access_permissions: all };
    await expect(registerResource(writer, alias), uri).rejects.toMatchObject({ code: "forbidden" });
  }
  await registerResource(writer, { resource_id: "b", name: "B", type: "file", uri: "file:///rep" });
});

test("whoever reads a granted resource's URI gets it, and nothing that a stranger to it puts before it", async () => {
  const ctx = await freshTenant();
  const doc = (resource_id: string, uri: string) => ({ resource_id, name: "D", type: "doc", uri });
  await registerResource(ctx, doc("z-plan", "doc://plan"));
  await registerResource(ctx, doc("z-orders", "orders://{id}/lines"));
  const grant: GrantInput = { subject: { type: "agent", id: "bot" }, permissions: ["read"] };
  for (const id of ["z-plan", "z-orders"]) await addResourceGrant(ctx, id, grant);
  const writer = tenantCtx(ctx.tenantId, ["resources:read", "resources:write"]);
  for (const uri of [
    ...["doc://plan", "orders://7/lines", "orders://{id}/lines", "orders://{other}/lines"],
    ...["orders://vip-{id}/lines", "orders://{id}/open/lines"],
  ]) {
    await expect(registerResource(writer, doc("a", uri)), uri).rejects.toMatchObject({
      ...{ code: "forbidden", message: expect.stringContaining("Choose another uri") },
    });
  }
  for (const uri of [
    "doc://plan/2",
    "orders://7/notes",
    "orders://7",
    "{what}",
    "orders://7/{what}es",
  ])
    expect(await registerResource(writer, doc("a", uri))).toMatchObject({ uri });
  await registerResource(ctx, doc("a", "doc://plan"));
  await registerResource(writer, { ...doc("a", "doc://plan"), name: "As it is" });
});

test("pages of a folder tell of nothing that the grant leaves out", async () => {
  const ctx = await tenantWith("folder");
  for (const path of ["a-secret", "b-secret", "pub/x"])
    await writeFile(ctx, "r", { path }, bytes("x"));
  await addResourceGrant(ctx, "r", {
    ...{ subject: { type: "agent", id: "bot" }, permissions: ["read"] },
    conditions: { path_prefix: "pub" },
  });
  expect(await listFiles(asAgent(ctx, "bot"), "r", { limit: 1 })).toMatchObject({
    entries: [{ path: "pub/" }],
    next_cursor: null,
  });
});
