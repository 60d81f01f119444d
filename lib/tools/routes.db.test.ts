import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { createKey } from "#lib/auth/keys.ts";
import { createApiLane } from "#lib/http/api-lane.ts";
import { loadRoutes } from "#lib/http/load-routes.ts";
import { freshTenant } from "#lib/testing/context.ts";

useTestDatabase();

const server = createServer();
let base = "";

beforeAll(async () => {
  const lane = createApiLane(await loadRoutes(join(import.meta.dirname, "../../app/(api)")));
  server.on("request", (request, response) => {
    if (!lane(request, response)) response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A client of the seed's API with a fresh tenant's key. */
async function client() {
  const ctx = await freshTenant();
  const { key } = await createKey(ctx, { name: "test" });
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) => {
    const response = await fetch(new URL(path, base), {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  return { tenantId: ctx.tenantId as string, call };
}

test("the seed's clients register, create, list, read, call and delete tools as they always did", async () => {
  const { tenantId, call } = await client();
  const search = {
    ...{ tool_id: "search", name: "search", description: "Busca", is_dynamic: false },
    config: { type: "internal", implementation: "internal:echo" },
    parameters: { query: { type: "string", required: true }, range: { default: "30d" } },
  };
  const registered = await call("POST", "/tools/register", search);
  expect(registered).toMatchObject({ status: 200, body: { ...search, tenant_id: tenantId } });
  const created = await call("POST", "/tools/dynamic/create", {
    name: "premium_analytics",
    description: "Análisis",
    parameters: {},
    implementation: "https://api.premium.example.com/analytics",
  });
  expect(created).toMatchObject({
    status: 200,
    body: {
      is_dynamic: true,
      config: { implementation: "https://api.premium.example.com/analytics" },
    },
  });
  const { tool_id } = created.body;

  const ids = async (query: string) =>
    (await call("GET", `/tools${query}`)).body.map((tool: { tool_id: string }) => tool.tool_id);
  expect(await ids("")).toEqual(["search", tool_id]);
  expect(await ids("?include_dynamic=false")).toEqual(["search"]);
  expect(await ids("?include_dynamic=True&tool_type=internal")).toEqual(["search"]);
  const paged = await call("GET", "/tools?limit=1");
  expect(paged.body).toEqual([registered.body]);
  expect(paged.headers.get("link")).toMatch(/^<\/tools\?limit=1&cursor=[\w-]+>; rel="next"$/);
  expect(await call("GET", "/tools/search")).toMatchObject({ body: registered.body });

  const called = await call("POST", "/tools/search/call", { arguments: { query: "x" } });
  expect(called).toMatchObject({
    status: 200,
    body: {
      content: [{ type: "text", text: '{"query":"x","range":"30d"}' }],
      structuredContent: { query: "x", range: "30d" },
    },
  });
  const unfit = await call("POST", "/tools/search/call");
  expect(unfit).toMatchObject({ status: 200, body: { isError: true } });

  expect(await call("DELETE", `/tools/${tool_id}`)).toMatchObject({
    status: 200,
    body: { status: "deleted", tool_id },
  });
  expect((await call("GET", `/tools/${tool_id}`)).status).toBe(404);
});

test("mistakes are problems that point into the body, and unknown tools are 404", async () => {
  const { call } = await client();
  const wrong = await call("POST", "/tools/register", {
    tool_id: "a/b",
    name: "",
    config: { implementation: "https://x.example", method: "LIST" },
  });
  expect(wrong).toMatchObject({ status: 400, body: { code: "invalid_request" } });
  expect(wrong.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
    "/name",
    "/config/method",
  ]);
  expect((await call("GET", "/tools?include_dynamic=maybe")).status).toBe(400);
  expect((await call("POST", "/tools/nope/call", { arguments: [] })).status).toBe(400);
  expect((await call("POST", "/tools/nope/call", {})).status).toBe(404);
  expect((await call("DELETE", "/tools/nope")).status).toBe(404);
});

test("a tool is drafted, tried, published, compared, rolled back and archived over REST", async () => {
  const { call } = await client();
  const echo = { name: "echo", config: { implementation: "internal:echo" } };
  const made = await call("POST", "/tools/drafts", { tool_id: "t", ...echo, note: "first" });
  expect(made).toMatchObject({ status: 200, body: { status: "draft", revision: null } });
  const refused = await call("POST", "/tools/t/call", {});
  expect(refused).toMatchObject({
    status: 404,
    body: { detail: expect.stringContaining("draft") },
  });
  const tried = await call("POST", "/tools/t/test", { arguments: { a: 1 } });
  expect(tried).toMatchObject({
    ...{ status: 200, body: { revision: 1, error: null, result: { structuredContent: { a: 1 } } } },
  });
  const example = await call("POST", "/tools/t/examples", {
    ...{ name: "one", arguments: { a: 1 }, expectation: { mode: "equals", value: { a: 1 } } },
  });
  expect(example).toMatchObject({ status: 200, body: { tool_id: "t" } });
  const published = await call("POST", "/tools/t/publish", { require_examples: true });
  expect(published).toMatchObject({ status: 200, body: { status: "published", revision: 1 } });
  const called = await call("POST", "/tools/t/call", {});
  expect(called.body._meta).toEqual({ "tausestack/revision": 1 });

  const draft = await call(
    "PUT",
    "/tools/t/draft",
    { ...echo, description: "2" },
    { "if-match": '"1"' },
  );
  expect([draft.status, draft.headers.get("etag")]).toEqual([200, '"2"']);
  const late = await call("PUT", "/tools/t/draft", echo, { "if-match": '"1"' });
  expect(late).toMatchObject({ status: 409, body: { latest_revision: 2 } });
  const read = await call("GET", "/tools/t/draft");
  expect([read.headers.get("etag"), read.body.description]).toEqual(['"2"', "2"]);
  const diff = await call("GET", "/tools/t/revisions/diff?from=1&to=draft");
  expect(diff.body.changes).toEqual([
    { pointer: "/description", kind: "changed", old: "", new: "2" },
  ]);
  expect((await call("POST", "/tools/t/publish")).body.revision).toBe(2);
  expect((await call("GET", "/tools/t/revisions?limit=1")).body).toMatchObject([
    { revision: 2, is_published: true },
  ]);
  expect((await call("POST", "/tools/t/rollback", { revision: 1 })).body.revision).toBe(1);
  expect((await call("GET", "/tools/t/revisions/1")).body).toMatchObject({ note: "first" });
  expect((await call("GET", "/tools/t/revisions/x")).status).toBe(404);
  const replayed = await call("POST", "/tools/t/examples/run", { revision: 2 });
  expect(replayed.body).toMatchObject({ revision: 2, passed: 1, failed: 0 });
  const address = `/tools/t/examples/${example.body.example_id}`;
  expect((await call("DELETE", address)).body).toMatchObject({ status: "deleted" });
  expect((await call("GET", "/tools/t/examples")).body).toEqual([]);

  await call("PUT", "/tools/t/draft", { ...echo, description: "3" });
  expect((await call("DELETE", "/tools/t/draft")).body.has_draft).toBe(false);
  expect((await call("POST", "/tools/t/archive")).body.status).toBe("archived");
  expect((await call("GET", "/tools")).body).toEqual([]);
  expect((await call("GET", "/tools?status=archived")).body).toMatchObject([{ tool_id: "t" }]);
  expect((await call("POST", "/tools/t/unarchive")).body.status).toBe("published");
});
