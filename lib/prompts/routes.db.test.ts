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

async function client() {
  const ctx = await freshTenant();
  const { key } = await createKey(ctx, { name: "test" });
  return async (method: string, path: string, body?: unknown, headers = {}) => {
    const response = await fetch(new URL(path, base), {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        "content-type": "application/json",
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
}

const document = (text: string) => ({
  arguments: [{ name: "who", required: true }],
  messages: [{ role: "user", content: { type: "text", text } }],
});

test("a prompt is created, listed, read, rewritten, rendered, restored and deleted over REST", async () => {
  const call = await client();
  const created = await call("POST", "/prompts", { name: "greet", ...document("Hi {{who}}") });
  expect(created).toMatchObject({ status: 201, body: { name: "greet", version: 1 } });
  expect((await call("POST", "/prompts", { name: "greet", ...document("x") })).status).toBe(409);
  await call("PUT", "/prompts/adieu", document("Bye"));
  const listed = await call("GET", "/prompts?limit=1");
  expect(listed.body).toMatchObject([{ name: "adieu", messages_count: 1 }]);
  expect(listed.headers.get("link")).toMatch(/^<\/prompts\?limit=1&cursor=[\w-]+>; rel="next"$/);
  expect((await call("GET", "/prompts?search=GREE")).body).toHaveLength(1);

  const read = await call("GET", "/prompts/greet");
  expect([read.body, read.headers.get("etag")]).toEqual([created.body, '"1"']);
  const match = { "if-match": '"1"' };
  const second = await call("PUT", "/prompts/greet", document("Hello {{who}}"), match);
  expect([second.status, second.headers.get("etag")]).toEqual([200, '"2"']);
  const late = await call("PUT", "/prompts/greet", document("Late"), match);
  expect(late).toMatchObject({ status: 409, body: { code: "conflict", version: 2 } });

  const render = (body: unknown) => call("POST", "/prompts/greet/render", body);
  expect(await render({ arguments: { who: "Ana" } })).toMatchObject({
    status: 200,
    body: { messages: [{ role: "user", content: { type: "text", text: "Hello Ana" } }] },
  });
  expect(
    (await render({ arguments: { who: "Ana" }, version: 1 })).body.messages[0].content.text,
  ).toBe("Hi Ana");
  expect((await render({})).body.errors).toEqual([
    { pointer: "/arguments/who", message: "is required" },
  ]);

  const versions = await call("GET", "/prompts/greet/versions");
  expect(versions.body.map(({ version }: { version: number }) => version)).toEqual([2, 1]);
  expect((await call("GET", "/prompts/greet/versions/1")).body).toMatchObject({
    is_current: false,
    messages: document("Hi {{who}}").messages,
  });
  const restored = await call("POST", "/prompts/greet/versions/1/restore");
  expect(restored.body).toMatchObject({ version: 1, latest_version: 2 });
  expect(await call("DELETE", "/prompts/greet")).toMatchObject({
    status: 200,
    body: { status: "deleted", name: "greet" },
  });
  expect((await call("GET", "/prompts/greet/versions")).status).toBe(404);
});

test("mistakes are problems that say what to change", async () => {
  const call = await client();
  const unknown = await call("PUT", "/prompts/p", document("{{whom}}"));
  expect(unknown).toMatchObject({ status: 400, body: { code: "invalid_request" } });
  expect(unknown.body.errors[0].pointer).toBe("/messages/0/content/text");
  const tag = await call("PUT", "/prompts/p", document("x"), { "if-match": "W/abc" });
  expect(tag.body.detail).toContain("If-Match");
  expect((await call("PUT", "/prompts/a%20b", document("x"))).status).toBe(400);
  expect((await call("PUT", "/prompts/p", document("x"), { "if-match": '"1"' })).status).toBe(409);
  expect((await call("GET", "/prompts/nope/versions/1")).status).toBe(404);
  expect((await call("POST", "/prompts/nope/versions/x/restore")).status).toBe(404);
});
