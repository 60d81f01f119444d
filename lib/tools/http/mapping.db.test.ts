import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { putSecret } from "#lib/secrets/service.ts";
import { freshTenant } from "#lib/testing/context.ts";
import { testTool } from "../bench/bench.ts";
import { callTool, callToolFor } from "../calls/call.ts";
import type { Progress } from "../calls/client.ts";
import type { CallToolResult } from "../schema.ts";
import { registerTool } from "../service.ts";

useTestDatabase();

const running: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
});

/** A real endpoint on loopback; answers its address. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  running.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function bodyOf(request: Parameters<RequestListener>[0]): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** Answers each call with what it got. */
const mirror: RequestListener = (request, response) => {
  void bodyOf(request).then((body) => {
    const { method, url, headers } = request;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ method, url, headers, body }));
  });
};

const tenant = () => freshTenant({ egress_allow: ["127.0.0.0/8"] });

const parameters = {
  id: { type: "string", required: true },
  tags: { type: "array" },
  note: { type: "string" },
  count: { type: "integer" },
};

async function run(ctx: Ctx, config: JsonObject, args: JsonObject): Promise<CallToolResult> {
  await registerTool(ctx, { tool_id: "tool", name: "tool", parameters, config });
  return callTool(ctx, { toolId: "tool", arguments: args });
}

interface Got {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}

async function sent(ctx: Ctx, config: JsonObject, args: JsonObject): Promise<Got> {
  const result = await run(ctx, config, args);
  expect(result.isError).toBeUndefined();
  return result.structuredContent as Got;
}

function errorOf({ structuredContent }: CallToolResult) {
  return (structuredContent as { error: { code: string; message: string } }).error;
}

async function refusal(ctx: Ctx, config: JsonObject) {
  const error = await registerTool(ctx, { tool_id: "tool", name: "tool", parameters, config }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  return (error as AppError).errors?.map(({ pointer }) => pointer);
}

test("arguments go where the templates put them, once, and the rest into the body", async () => {
  const ctx = await tenant();
  const base = await serve(mirror);
  const got = await sent(
    ctx,
    { implementation: `${base}/items/{id}?v=1&n={count}`, headers: { "X-Note": "say {{note}}" } },
    { id: "a/b ?é", note: "hi", tags: ["x"] },
  );
  expect(got.method).toBe("POST");
  expect(got.url).toBe("/items/a%2Fb%20%3F%C3%A9?v=1");
  expect(got.headers["x-note"]).toBe("say hi");
  expect(JSON.parse(got.body)).toEqual({ tags: ["x"] });
});

test("query and body mappings keep an argument's own type and drop what is absent", async () => {
  const ctx = await tenant();
  const base = await serve(mirror);
  const body = { item: { id: "{{id}}", n: "{{count}}", note: "{{note}}" }, list: ["{{note}}", 1] };
  const got = await sent(
    ctx,
    { implementation: `${base}/x`, query: { t: "{{tags}}", q: "{{note}}", k: 1 }, body },
    { id: "7", count: 3, tags: ["a", "b"] },
  );
  expect(got.url).toBe("/x?t=a&t=b&k=1");
  expect(JSON.parse(got.body)).toEqual({ item: { id: "7", n: 3 }, list: [1] });
});

test("a form and a text are sent as such, and a GET has the rest in its query", async () => {
  const ctx = await tenant();
  const base = await serve(mirror);
  const form = await sent(
    ctx,
    { implementation: base, body_type: "form", body: { a: "{{id}}", t: "{{tags}}" } },
    { id: "1&2", tags: ["x", "y"] },
  );
  expect(form.headers["content-type"]).toBe("application/x-www-form-urlencoded");
  expect(form.body).toBe("a=1%262&t=x&t=y");
  const text = await sent(
    ctx,
    { implementation: base, method: "PUT", body_type: "text", body: "id is {{id}}" },
    { id: "1" },
  );
  expect([text.body, text.headers["content-type"]]).toEqual([
    "id is 1",
    "text/plain; charset=utf-8",
  ]);
  const get = await sent(
    ctx,
    { implementation: `${base}/{id}`, method: "get" },
    { id: "1", count: 2 },
  );
  expect([get.url, get.body]).toEqual(["/1?count=2", ""]);
});

test("secrets fill headers, query, body and credentials, and leave with no answer", async () => {
  const ctx = await tenant();
  const base = await serve(mirror);
  await putSecret(ctx, "KEY", { value: "s3cr3t-value" });
  const config = {
    implementation: `${base}/x`,
    headers: { "X-Key": "k {{secret:KEY}}" },
    query: { key: "{{secret:KEY}}" },
    body: { key: "{{secret:KEY}}" },
    auth: { type: "basic", username: "ana", password_secret: "KEY" },
  };
  const result = await run(ctx, config, { id: "1" });
  const got = result.structuredContent as Got;
  expect(got.headers["x-key"]).toBe("k [secret]");
  expect(got.headers.authorization).toBe("Basic [secret]");
  expect(got.url).toBe("/x?key=[secret]");
  expect(JSON.stringify(result)).not.toContain("s3cr3t-value");
  const tested = await testTool(ctx, "tool", { arguments: { id: "1" } });
  expect(tested.trace.filter(({ kind }) => kind === "request")).toHaveLength(1);
  const shown = JSON.stringify(tested);
  expect(shown).not.toContain("s3cr3t-value");
  expect(shown).not.toContain(Buffer.from("ana:s3cr3t-value").toString("base64"));
});

test("a bearer and an API key are sent, and a secret that is not there is a clear error", async () => {
  const ctx = await tenant();
  const seen: (string | undefined)[] = [];
  const base = await serve((request, response) => {
    seen.push(request.headers.authorization, request.headers["x-api-key"] as string, request.url);
    response.end("ok");
  });
  await putSecret(ctx, "KEY", { value: "one-two-three" });
  await run(ctx, { implementation: base, auth: { type: "bearer", secret: "KEY" } }, { id: "1" });
  const header = { type: "api_key", in: "header", name: "X-Api-Key", secret: "KEY" };
  await run(ctx, { implementation: base, auth: header }, { id: "1" });
  await run(
    ctx,
    { implementation: base, auth: { ...header, in: "query", name: "k" } },
    { id: "1" },
  );
  expect(seen).toEqual([
    ...["Bearer one-two-three", undefined, "/"],
    ...[undefined, "one-two-three", "/"],
    ...[undefined, undefined, "/?k=one-two-three"],
  ]);
  const auth = { type: "bearer", secret: "MISSING" };
  const error = errorOf(await run(ctx, { implementation: base, auth }, { id: "1" }));
  expect(error.code).toBe("secret_unavailable");
  expect(error.message).toContain('"MISSING"');
});

/** A token endpoint and an API behind it, which takes the newest token alone. */
async function protectedApi(expiresIn?: number) {
  const log: string[] = [];
  let count = 0;
  let good = "";
  const base = await serve((request, response) => {
    void bodyOf(request).then((body) => {
      response.setHeader("content-type", "application/json");
      if (request.url === "/token") {
        log.push(`${request.headers.authorization} ${body}`);
        good = `token-number-${++count}`;
        response.end(JSON.stringify({ access_token: good, expires_in: expiresIn }));
      } else if (request.headers.authorization === `Bearer ${good}`) response.end('{"ok":true}');
      else response.writeHead(401).end();
    });
  });
  const revoke = () => {
    good = "none";
  };
  return { base, log, revoke };
}

test("a token by client credentials is asked for once, kept, and renewed when it is refused", async () => {
  const ctx = await tenant();
  const { base, log, revoke } = await protectedApi(3600);
  await putSecret(ctx, "CLIENT", { value: "client secret:1" });
  const auth = {
    type: "oauth2_client_credentials",
    ...{ token_url: `${base}/token`, client_id: "me", client_secret: "CLIENT", scope: "read" },
  };
  const config = { implementation: `${base}/api`, auth };
  await registerTool(ctx, { tool_id: "tool", name: "tool", parameters, config });
  const call = () => callTool(ctx, { toolId: "tool", arguments: { id: "1" } });
  const results = await Promise.all(Array.from({ length: 10 }, call));
  expect(results.every(({ isError }) => !isError)).toBe(true);
  const pair = Buffer.from("me:client+secret%3A1").toString("base64");
  expect(log).toEqual([`Basic ${pair} grant_type=client_credentials&scope=read`]);
  revoke();
  expect((await call()).isError).toBeUndefined();
  expect(log).toHaveLength(2);
});

test.each(["basic", "post"])(
  "a test shows how a token was asked for, without a credential of it (%s)",
  async (client_auth) => {
    const ctx = await tenant();
    const { base } = await protectedApi(3600);
    await putSecret(ctx, "CLIENT", { value: "client secret:1" });
    const auth = {
      type: "oauth2_client_credentials",
      ...{ token_url: `${base}/token`, client_id: "me", client_secret: "CLIENT", client_auth },
    };
    const config = { implementation: `${base}/api`, auth };
    await registerTool(ctx, { tool_id: "tool", name: "tool", parameters, config });
    const { trace, error } = await testTool(ctx, "tool", { arguments: { id: "1" } });
    expect(error).toBeNull();
    const grant = "grant_type=client_credentials";
    const body = client_auth === "post" ? `${grant}&client_id=me&client_secret=[secret]` : grant;
    expect(trace).toMatchObject([
      { kind: "request", method: "POST", url: `${base}/token`, body },
      { kind: "response", status: 200, body: '{"access_token":"[secret]","expires_in":3600}' },
      { kind: "request", url: `${base}/api`, headers: { authorization: "[secret]" } },
      { kind: "response", status: 200, body: '{"ok":true}' },
    ]);
    const shown = JSON.stringify(trace);
    const pair = Buffer.from("me:client+secret%3A1").toString("base64");
    for (const secret of ["token-number", "client secret", "client+secret", pair]) {
      expect(shown).not.toContain(secret);
    }
    const again = await testTool(ctx, "tool", { arguments: { id: "1" } });
    expect(again.trace.map(({ kind }) => kind)).toEqual(["request", "response"]);
  },
);

test("a test shows what a token's endpoint refused", async () => {
  const ctx = await tenant();
  const base = await serve((_request, response) => {
    response.writeHead(400, { "content-type": "application/json" });
    response.end('{"error":"invalid_scope"}');
  });
  await putSecret(ctx, "CLIENT", { value: "client-secret" });
  const auth = {
    type: "oauth2_client_credentials",
    ...{ token_url: base, client_id: "me", client_secret: "CLIENT" },
  };
  const config = { implementation: base, auth };
  await registerTool(ctx, { tool_id: "tool", name: "tool", parameters, config });
  const { trace, error } = await testTool(ctx, "tool", { arguments: { id: "1" } });
  expect(error).toBe("endpoint_unauthorized");
  expect(trace[1]).toMatchObject({ status: 400, body: '{"error":"invalid_scope"}' });
});

test("a token is renewed before its end", async () => {
  const ctx = await tenant();
  const { base, log } = await protectedApi(0.02);
  await putSecret(ctx, "CLIENT", { value: "client-secret" });
  const auth = {
    type: "oauth2_client_credentials",
    ...{ token_url: `${base}/token`, client_id: "me", client_secret: "CLIENT" },
  };
  const config = { implementation: `${base}/api`, auth };
  expect((await run(ctx, config, { id: "1" })).isError).toBeUndefined();
  await wait(30);
  expect((await run(ctx, config, { id: "1" })).isError).toBeUndefined();
  expect(log).toHaveLength(2);
});

test("a token's endpoint is behind the guard, and no call waits for it longer than it may", async () => {
  const ctx = await tenant();
  const asked = Promise.withResolvers<void>();
  const silent = await serve(() => asked.resolve());
  await putSecret(ctx, "CLIENT", { value: "client-secret" });
  const auth = {
    type: "oauth2_client_credentials",
    ...{ token_url: "http://10.0.0.1/token", client_id: "me", client_secret: "CLIENT" },
  };
  const blocked = errorOf(await run(ctx, { implementation: silent, auth }, { id: "1" }));
  expect(blocked.code).toBe("endpoint_unauthorized");
  expect(blocked.message).toContain("10.0.0.1 is a private address");
  const slow = { ...auth, token_url: silent };
  const config = { implementation: silent, auth: slow };
  const late = errorOf(await run(ctx, { ...config, timeout_ms: 200 }, { id: "1" }));
  expect(late.code).toBe("egress_timeout");
  expect(late.message).toContain("no access token came within");
  const controller = new AbortController();
  await registerTool(ctx, { tool_id: "tool", name: "tool", parameters, config });
  const { signal } = controller;
  const call = callTool(ctx, { toolId: "tool", arguments: { id: "1" } }, { signal });
  await asked.promise;
  controller.abort();
  expect(errorOf(await call).code).toBe("cancelled");
});

test("null is sent as null in JSON, and leaves text out", async () => {
  const ctx = await tenant();
  const base = await serve(mirror);
  const config = {
    implementation: `${base}/x?k={note}`,
    ...{ query: { q: "{{note}}" }, headers: { "x-note": "{{note}}" } },
    body: { note: "{{note}}", text: "a{{note}}b", list: ["{{note}}"] },
  };
  const nullable = { ...parameters, note: { type: ["string", "null"] } };
  await registerTool(ctx, { tool_id: "tool", name: "tool", parameters: nullable, config });
  const call = { toolId: "tool", arguments: { id: "1", note: null } };
  const got = (await callTool(ctx, call)).structuredContent as Got;
  expect(got.url).toBe("/x");
  expect(got.headers).not.toHaveProperty("x-note");
  expect(JSON.parse(got.body)).toEqual({ note: null, text: "ab", list: [null] });
});

test("a token endpoint that refuses is a tool error without the secret", async () => {
  const ctx = await tenant();
  const base = await serve((_request, response) => {
    response.writeHead(401, { "content-type": "application/json" });
    response.end('{"error":"invalid_client","error_description":"no top-secret-1"}');
  });
  await putSecret(ctx, "CLIENT", { value: "top-secret-1" });
  const auth = {
    type: "oauth2_client_credentials",
    ...{ token_url: base, client_id: "me", client_secret: "CLIENT", client_auth: "post" },
  };
  const error = errorOf(await run(ctx, { implementation: base, auth }, { id: "1" }));
  expect(error.code).toBe("endpoint_unauthorized");
  expect(error.message).toContain("invalid_client, no [secret]");
});

test("what is wanted of an answer is taken by JMESPath", async () => {
  const ctx = await tenant();
  const base = await serve((_request, response) => {
    response.setHeader("content-type", "application/json");
    response.end('{"data":{"items":[{"n":1,"x":0},{"n":2}]}}');
  });
  const config = { implementation: base, response: { select: "data.items[].n" } };
  expect(await run(ctx, config, { id: "1" })).toMatchObject({
    content: [{ type: "text", text: "[1,2]" }],
    structuredContent: [1, 2],
  });
  const forced = { implementation: base, response: { type: "text" } };
  expect((await run(ctx, forced, { id: "1" })).structuredContent).toBeUndefined();
});

test("a streaming answer is told of as it arrives, and is whole in the result", async () => {
  const ctx = await tenant();
  let resume: () => void = () => undefined;
  const base = await serve((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("data: one\r\n\r\ndata: t");
    resume = () => response.end("wo\n\ndata: three");
  });
  const config = { implementation: base, response: { stream: true } };
  await registerTool(ctx, { tool_id: "tool", name: "tool", parameters, config });
  const told: Progress[] = [];
  const result = await callToolFor(
    ctx,
    { toolId: "tool", arguments: { id: "1" } },
    {
      capabilities: null,
      progress: async (update) => {
        told.push(update);
        resume();
      },
    },
  );
  expect(told.map(({ message }) => message)).toEqual(["one", "two", "three"]);
  expect(result).toMatchObject({
    content: [{ type: "text", text: "data: one\r\n\r\ndata: two\n\ndata: three" }],
  });
});

test("a streaming answer that is too long in time or size is an error that says so", async () => {
  const ctx = await tenant();
  const base = await serve((request, response) => {
    response.writeHead(200, { "content-type": "text/plain" });
    response.write("x".repeat(request.url === "/large" ? 5_000 : 5));
  });
  const response = { stream: true, max_bytes: 1_000 };
  const slow = { implementation: `${base}/slow`, response, timeout_ms: 300 };
  expect(errorOf(await run(ctx, slow, { id: "1" })).code).toBe("egress_timeout");
  const large = { implementation: `${base}/large`, response };
  expect(errorOf(await run(ctx, large, { id: "1" })).code).toBe("egress_too_large");
});

test("an argument cannot bring a line into a header, nor leave its place in the address", async () => {
  const ctx = await tenant();
  const base = await serve(mirror);
  const inHeader = { implementation: base, headers: { "X-Id": "{{id}}" } };
  for (const id of ["a\r\nx-evil: 1", "a\nb", "a\0b", "€"]) {
    expect(errorOf(await run(ctx, inHeader, { id })).code).toBe("invalid_arguments");
  }
  const inPath = { implementation: `${base}/a/{id}/b` };
  for (const id of ["..", ".", "%2e%2e", ""]) {
    const error = errorOf(await run(ctx, inPath, { id }));
    if (id === "%2e%2e") expect(error).toBeUndefined();
    else expect(error.code).toBe("invalid_arguments");
  }
});

test("Retry-After is kept to, within the time of the call", async () => {
  const ctx = await tenant();
  const at: number[] = [];
  const base = await serve((_request, response) => {
    at.push(performance.now());
    if (at.length === 1) response.writeHead(429, { "retry-after": "1" }).end();
    else response.end("ok");
  });
  const result = await run(ctx, { implementation: base, method: "PUT", retries: 2 }, { id: "1" });
  expect(result.isError).toBeUndefined();
  expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(990);
});

test("what cannot become a request is refused when it is written, at its place", async () => {
  const ctx = await tenant();
  const implementation = "https://api.example.com/{id}";
  const cases: [JsonObject, string][] = [
    [{ implementation: "https://{id}.example.com/" }, "/config/implementation"],
    [{ implementation: "https://api.example.com/{nope}" }, "/config/implementation"],
    [{ implementation: "https://api.example.com/{id" }, "/config/implementation"],
    [{ implementation, headers: { "X-A": "{{nope}}" } }, "/config/headers/X-A"],
    [{ implementation, headers: { "X-A": "{{id" } }, "/config/headers/X-A"],
    [{ implementation, query: { q: "{{secret:no-name}}" } }, "/config/query/q"],
    [{ implementation, body: { a: ["{{nope}}"] } }, "/config/body/a/0"],
    [{ implementation, method: "GET", body: {} }, "/config/body"],
    [{ implementation, body_type: "form", body: "x" }, "/config/body"],
    [{ implementation, auth: { type: "bearer" } }, "/config/auth/secret"],
    [{ implementation, auth: { type: "magic" } }, "/config/auth/type"],
    [
      { implementation, auth: { type: "api_key", in: "header", name: "Host", secret: "K" } },
      "/config/auth/name",
    ],
    [{ implementation, response: { select: "a[" } }, "/config/response/select"],
    [{ implementation, response: { max_bytes: 1e9 } }, "/config/response/max_bytes"],
  ];
  for (const [config, pointer] of cases) expect(await refusal(ctx, config)).toContain(pointer);
});
