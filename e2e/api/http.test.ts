import { connect } from "node:net";
import { expect, inject, test } from "vitest";
import { callAs, newTenant, platform } from "./client.ts";

/** Sends bytes as they are and answers what comes back until the connection ends. */
function raw(text: string, body: Buffer[] = []): Promise<string> {
  const { hostname, port } = new URL(inject("serverUrl"));
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(text);
      for (const chunk of body) socket.write(chunk);
    });
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
    });
    socket.on("error", () => resolve(answer));
    socket.on("close", () => resolve(answer));
  });
}

test("an error is a problem document that names the request's own id", async () => {
  const { call } = await newTenant();
  const answer = await call("GET", "/memory/nobody", undefined, { "x-request-id": "my-request-1" });
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(answer.headers.get("x-request-id")).toBe("my-request-1");
  expect(answer.body).toEqual({
    type: "urn:tausestack:error:not_found",
    title: "Not found",
    status: 404,
    detail: expect.stringContaining("nobody"),
    code: "not_found",
    request_id: "my-request-1",
  });
});

test("a mistake in the body is told with a pointer to it", async () => {
  const { call } = await newTenant();
  const answer = await call("POST", "/memory/register", { agent_id: 5, context: [] });
  expect(answer.status).toBe(400);
  expect(answer.body.errors).toEqual([
    { pointer: "/agent_id", message: expect.any(String) },
    { pointer: "/context", message: "must be a JSON object" },
  ]);
});

test("what is not JSON, not announced as JSON, or nests too deep is refused by name", async () => {
  const { key } = await newTenant();
  const send = (body: string, type = "application/json") =>
    fetch(`${inject("serverUrl")}/memory/register`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": type },
      body,
    }).then(async (response) => [
      response.status,
      ((await response.json()) as { code: string }).code,
    ]);
  expect(await send("{")).toEqual([400, "invalid_json"]);
  expect(await send("{}", "application/xml")).toEqual([415, "unsupported_media_type"]);
  expect(await send(`${"[".repeat(2000)}${"]".repeat(2000)}`)).toEqual([400, "invalid_json"]);
});

test("a body over the cap is refused, announced or not", async () => {
  const { key } = await newTenant();
  const send = (body: BodyInit) =>
    fetch(`${inject("serverUrl")}/memory/register`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body,
      duplex: "half",
    } as RequestInit).then((response) => response.status);
  const megabyte = Buffer.alloc(1024 * 1024, " ");
  expect(await send(Buffer.concat(Array(5).fill(megabyte)))).toBe(413);
  let sent = 0;
  const endless = new ReadableStream({
    pull(controller) {
      if (sent++ < 6) controller.enqueue(megabyte);
      else controller.close();
    },
  });
  expect(await send(endless)).toBe(413);
});

test("another method is refused with the ones that are possible, and OPTIONS and HEAD answer", async () => {
  const { call } = await newTenant();
  const put = await call("PUT", "/memory/all");
  expect([put.status, put.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
  const options = await call("OPTIONS", "/memory/register");
  expect([options.status, options.headers.get("allow")]).toEqual([204, "POST, OPTIONS"]);
  const head = await call("HEAD", "/memory/all");
  expect([head.status, head.body]).toEqual([200, ""]);
});

test("an address with a bad escape or U+0000 is a clear error, not a failure of ours", async () => {
  const { call } = await newTenant();
  for (const path of ["/memory/%zz", "/memory/%00", "/tools?tool_type=%00"]) {
    expect([path, (await call("GET", path)).status]).toEqual([path, 400]);
  }
});

test("a tenant past its requests a minute gets 429 with when to come back", async () => {
  const { call } = await newTenant({ mcp_config: { requests_per_minute: 5 } });
  const answers = await Promise.all(Array.from({ length: 8 }, () => call("GET", "/tools")));
  expect(answers.filter((answer) => answer.status === 200)).toHaveLength(5);
  const refused = answers.find((answer) => answer.status === 429);
  expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(refused?.headers.get("ratelimit-policy")).toBe('"requests";q=5;w=60');
  expect(refused?.body.code).toBe("rate_limited");
});

test("browsers of other origins get no CORS headers", async () => {
  const { call } = await newTenant();
  const answer = await call("GET", "/tools", undefined, { origin: "https://evil.example" });
  expect(answer.headers.get("access-control-allow-origin")).toBeNull();
});

test("a session cookie that is forged is no credential", async () => {
  const nobody = callAs(inject("serverUrl"), null);
  const answer = await nobody("GET", "/tenants", undefined, {
    cookie: "tausestack.session=forged",
  });
  expect(answer.status).toBe(401);
});

test("a client that dribbles its headers is cut off", async () => {
  const started = Date.now();
  expect(await raw("GET /health HTTP/1.1\r\nHost: localhost\r\n")).toContain("408");
  expect(Date.now() - started).toBeLessThan(25_000);
}, 30_000);

test("keys are shown once, limited by scope, rotated with overlap and revoked at once", async () => {
  const { tenantId, call } = await newTenant();
  const url = inject("serverUrl");
  const made = await call<{ key: string; key_id: string }>("POST", "/keys", {
    name: "reader",
    scopes: ["memory:read", "keys:write"],
  });
  expect(made.status).toBe(201);
  const listed = await call("GET", `/keys/${made.body.key_id}`);
  expect(JSON.stringify(listed.body)).not.toContain(made.body.key.slice(-20));

  const reader = callAs(url, made.body.key);
  expect((await reader("GET", "/memory/all")).status).toBe(200);
  const write = await reader("POST", "/memory/register", { agent_id: "a", context: {} });
  expect([write.status, write.body.code]).toEqual([403, "insufficient_scope"]);
  const more = await reader("POST", "/keys", { name: "more", scopes: ["tools:write"] });
  expect(more.status).toBe(403);
  expect((await reader("POST", "/keys", { name: "p", kind: "platform" })).status).toBe(403);

  const rotated = await call<{ key: string }>("POST", `/keys/${made.body.key_id}/rotate`, {
    overlap_seconds: 60,
  });
  expect((await callAs(url, rotated.body.key)("GET", "/memory/all")).status).toBe(200);
  expect((await reader("GET", "/memory/all")).status).toBe(200);

  await call("DELETE", `/keys/${made.body.key_id}`);
  const after = await reader("GET", "/memory/all");
  expect([after.status, after.body.code]).toEqual([401, "invalid_credential"]);
  const foreign = await newTenant();
  expect((await foreign.call("GET", `/keys/${made.body.key_id}`)).status).toBe(404);
  expect((await platform(tenantId)("GET", `/keys/${made.body.key_id}`)).body.status).toBe(
    "revoked",
  );
});

test("of rotations at once one succeeds, and a deleted tenant's key opens nothing of its successor", async () => {
  const { tenantId, key, call } = await newTenant();
  const made = await call<{ key_id: string }>("POST", "/keys", { name: "rotated" });
  const rotations = await Promise.all(
    Array.from({ length: 10 }, () => call("POST", `/keys/${made.body.key_id}/rotate`, {})),
  );
  const statuses = rotations.map((answer) => answer.status).sort();
  expect(statuses).toEqual([201, ...Array(9).fill(409)]);

  await platform()("DELETE", `/tenants/${tenantId}`);
  await platform()("POST", "/tenants/configure", { tenant_id: tenantId, name: "successor" });
  const old = callAs(inject("serverUrl"), key);
  const write = await old("POST", "/memory/register", { agent_id: "ghost", context: {} });
  expect(write.status).toBe(401);
});

test("a number that JSON can write and no double can hold is refused, not stored as null", async () => {
  const { key } = await newTenant();
  const response = await fetch(`${inject("serverUrl")}/memory/register`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: '{"agent_id":"a","context":{"n":1e400}}',
  });
  expect(response.status).toBe(400);
});

test("a suspended tenant's keys can do nothing, and work again when it is resumed", async () => {
  const { tenantId, call } = await newTenant();
  await platform()("PATCH", `/tenants/${tenantId}`, { status: "suspended" });
  for (const path of ["/tools", "/memory/all", `/tenants/${tenantId}`, "/tenants"]) {
    const answer = await call("GET", path);
    expect([path, answer.status, answer.body.code]).toEqual([path, 403, "tenant_suspended"]);
  }
  await platform()("PATCH", `/tenants/${tenantId}`, { status: "active" });
  expect((await call("GET", "/tools")).status).toBe(200);
});

test("every address is described, and its description is sound", async () => {
  type Document = { openapi: string; paths: Record<string, Record<string, { responses: object }>> };
  const { body } = await platform()<Document>("GET", "/openapi.json");
  expect(body.openapi).toMatch(/^3\.1/);
  const addresses = Object.keys(body.paths);
  for (const path of [
    "/tenants/configure",
    "/memory/{agent_id}",
    "/tools/{tool_id}/call",
    "/mcp",
  ]) {
    expect(addresses).toContain(path);
  }
  const references = JSON.stringify(body).matchAll(/"#\/components\/schemas\/([^"]+)"/g);
  const { components } = body as unknown as { components: { schemas: Record<string, object> } };
  for (const [, name] of references) expect(components.schemas).toHaveProperty([name ?? ""]);
});
