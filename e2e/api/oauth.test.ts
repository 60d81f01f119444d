import { afterAll, beforeAll, expect, test } from "vitest";
import { openCluster } from "../start-server.ts";
import { callAs, type NewTenant, newTenant } from "./client.ts";
import {
  answerConsent,
  authorizePath,
  Browser,
  callback,
  connect,
  exchange,
  mcp,
  type OAuthServer,
  openConsent,
  refresh,
  register,
  startOAuthServer,
} from "./oauth-person.ts";

let cluster: Awaited<ReturnType<typeof openCluster>>;
let server: OAuthServer;
let tenant: NewTenant;

beforeAll(async () => {
  cluster = await openCluster();
  server = await startOAuthServer(await cluster.createDatabase());
  tenant = await newTenant({}, server);
}, 90_000);

afterAll(async () => {
  await server?.stop();
  await cluster?.close();
});

const get = <T = Record<string, unknown>>(path: string) =>
  callAs(server.url, null)<T>("GET", path, undefined, { origin: "https://page.example" });

test("the metadata of an MCP endpoint names it and the authorization server, tenant there or not", async () => {
  for (const path of ["/mcp", `/t/${tenant.tenantId}/mcp`, "/t/nobody-has-this/mcp"]) {
    const { status, headers, body } = await get(`/.well-known/oauth-protected-resource${path}`);
    expect(status).toBe(200);
    expect(headers.get("access-control-allow-origin")).toBe("*");
    expect(body).toMatchObject({
      resource: server.url + path,
      authorization_servers: [server.url],
      bearer_methods_supported: ["header"],
    });
    expect(body.scopes_supported).toContain("tools:call");
  }
  expect((await get("/.well-known/oauth-protected-resource")).body.resource).toBe(
    `${server.url}/mcp`,
  );
  expect((await get("/.well-known/oauth-protected-resource/tools")).status).toBe(404);
  expect((await get("/.well-known/oauth-protected-resource/t/NO_SLUG!/mcp")).status).toBe(404);
});

test("the server's metadata promises what is kept: S256, registration, documents, iss", async () => {
  for (const name of ["oauth-authorization-server", "openid-configuration"]) {
    const { status, body } = await get(`/.well-known/${name}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      issuer: server.url,
      authorization_endpoint: `${server.url}/oauth/authorize`,
      token_endpoint: `${server.url}/oauth/token`,
      registration_endpoint: `${server.url}/oauth/register`,
      revocation_endpoint: `${server.url}/oauth/revoke`,
      jwks_uri: `${server.url}/oauth/jwks`,
      code_challenge_methods_supported: ["S256"],
      response_types_supported: ["code"],
      grant_types_supported: ["authorization_code", "refresh_token"],
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: true,
    });
  }
  const { body } = await get<{ keys: Record<string, unknown>[] }>("/oauth/jwks");
  expect(body.keys).toHaveLength(2);
  for (const key of body.keys) expect(key).not.toHaveProperty("d");
});

test("a caller without a credential is told where to get one", async () => {
  for (const path of ["/mcp", `/t/${tenant.tenantId}/mcp`]) {
    const refused = await mcp(server, path, null, "tools/list");
    expect(refused.status).toBe(401);
    const challenge = refused.headers.get("www-authenticate") ?? "";
    expect(challenge).toContain(
      `resource_metadata="${server.url}/.well-known/oauth-protected-resource${path}"`,
    );
    expect(challenge).toContain(
      'scope="tools:read tools:call resources:read prompts:read memory:read"',
    );
    expect(challenge).not.toContain("error=");
  }
});

test("a consented client lists the tools of the tenant, and its answer carries state and iss", async () => {
  const client = await register(server);
  const browser = new Browser(server, await server.session("operator", server.operatorId));
  const ask = { client };
  const page = await openConsent(browser, authorizePath(server, ask));
  const back = await answerConsent(browser, page, {
    account: server.operatorId,
    tenant: tenant.tenantId,
    scopes: ["tools:read", "memory:read"],
  });
  expect(back.href).toMatch(/^http:\/\/127\.0\.0\.1:9\/callback\?/);
  expect(back.searchParams.get("state")).toBe("st-1");
  expect(back.searchParams.get("iss")).toBe(server.url);
  const { status, headers, body } = await exchange(
    server,
    ask,
    back.searchParams.get("code") ?? "",
  );
  expect(status).toBe(200);
  expect(headers.get("cache-control")).toContain("no-store");
  expect(body).toMatchObject({ token_type: "Bearer", expires_in: 600 });
  expect(body.scope.split(" ").sort()).toEqual(["memory:read", "tools:read"]);
  const claims = JSON.parse(
    Buffer.from(body.access_token.split(".")[1] ?? "", "base64url").toString(),
  );
  expect(claims).toMatchObject({
    iss: server.url,
    aud: `${server.url}/mcp`,
    tenant_id: tenant.tenantId,
    client_id: client.client_id,
    sub: `operator:${server.operatorId}`,
  });
  expect((await mcp(server, "/mcp", body.access_token, "tools/list")).status).toBe(200);
  const entries = await tenant.call<{ action: string; after: unknown; principal_type: string }[]>(
    "GET",
    "/audit?action=app.grant",
  );
  expect(entries.body[0]).toMatchObject({
    principal_type: "operator",
    after: { client_name: "Suite", scopes: ["tools:read", "memory:read"] },
  });
});

test("a token is good at its own MCP endpoint alone", async () => {
  const other = await newTenant({}, server);
  const wide = await connect(server, tenant.tenantId);
  const own = `/t/${tenant.tenantId}/mcp`;
  const narrow = await connect(server, "", { resource: own });
  expect((await mcp(server, own, narrow.access_token, "tools/list")).status).toBe(200);
  const wrong: [string, string][] = [
    ["/mcp", narrow.access_token],
    [`/t/${other.tenantId}/mcp`, narrow.access_token],
    [own, wide.access_token],
    [`/t/${other.tenantId}/mcp`, wide.access_token],
  ];
  for (const [path, token] of wrong) {
    const refused = await mcp(server, path, token, "tools/list");
    expect([path, refused.status]).toEqual([path, 401]);
    expect(refused.headers.get("www-authenticate")).toContain('error="invalid_token"');
  }
  const rest = await callAs(server.url, wide.access_token)("GET", "/tools");
  expect(rest.status).toBe(401);
  expect(rest.headers.get("www-authenticate")).toContain('error="invalid_token"');
  const named = { "x-tenant-id": other.tenantId, accept: "application/json, text/event-stream" };
  const elsewhere = await callAs(server.url, wide.access_token, named)("POST", "/mcp", {});
  expect(elsewhere.status).toBe(403);
});

test("a forged or unsigned token is refused", async () => {
  const { access_token } = await connect(server, tenant.tenantId);
  const [head = "", body = "", signature = ""] = access_token.split(".");
  const claims = JSON.parse(Buffer.from(body, "base64url").toString());
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const forged = [
    `${head}.${encode({ ...claims, tenant_id: "default" })}.${signature}`,
    `${encode({ alg: "none", typ: "at+jwt" })}.${body}.`,
    `${encode({ alg: "none", typ: "at+jwt" })}.${body}.${signature}`,
  ];
  for (const token of forged) {
    expect((await mcp(server, "/mcp", token, "tools/list")).status).toBe(401);
  }
});

test("a scope that was not given is asked for by 403, with what the client has already", async () => {
  const { access_token } = await connect(server, tenant.tenantId, { scopes: ["tools:read"] });
  const refused = await mcp(server, "/mcp", access_token, "tools/call");
  expect(refused.status).toBe(403);
  const challenge = refused.headers.get("www-authenticate") ?? "";
  expect(challenge).toContain('error="insufficient_scope"');
  expect(challenge).toContain('scope="tools:read tools:call"');
  expect(challenge).toContain("resource_metadata=");
});

test("a disconnected application is refused within a second, and its refresh token is dead", async () => {
  const app = await connect(server, tenant.tenantId);
  const operator = callAs(server.url, server.key, { "x-tenant-id": tenant.tenantId });
  const listed = await operator<{ grant_id: string; client_id: string; granted_by: unknown }[]>(
    "GET",
    "/connected-apps",
  );
  const found = listed.body.find((item) => item.client_id === app.client.client_id);
  expect(found?.granted_by).toMatchObject({ type: "operator", id: server.operatorId });
  const foreign = await newTenant({}, server);
  expect((await foreign.call("DELETE", `/connected-apps/${found?.grant_id}`)).status).toBe(404);
  const gone = await operator("DELETE", `/connected-apps/${found?.grant_id}`);
  expect(gone.body).toEqual({ status: "revoked", grant_id: found?.grant_id });
  expect((await mcp(server, "/mcp", app.access_token, "tools/list")).status).toBe(401);
  const renewed = await refresh(server, app.client, app.refresh_token);
  expect([renewed.status, renewed.body.error]).toEqual([400, "invalid_grant"]);
  expect((await operator("DELETE", `/connected-apps/${found?.grant_id}`)).status).toBe(404);
});

test("a refresh token is good once; a second use ends the grant and all its tokens", async () => {
  const app = await connect(server, tenant.tenantId);
  const renewed = await refresh(server, app.client, app.refresh_token);
  expect(renewed.status).toBe(200);
  expect(renewed.body.refresh_token).not.toBe(app.refresh_token);
  expect((await mcp(server, "/mcp", renewed.body.access_token, "tools/list")).status).toBe(200);
  const replayed = await refresh(server, app.client, app.refresh_token);
  expect([replayed.status, replayed.body.error]).toEqual([400, "invalid_grant"]);
  expect((await mcp(server, "/mcp", renewed.body.access_token, "tools/list")).status).toBe(401);
  const after = await refresh(server, app.client, renewed.body.refresh_token);
  expect(after.status).toBe(400);
  const entries = await tenant.call<{ principal_type: string }[]>(
    "GET",
    "/audit?action=app.revoke",
  );
  expect(entries.body[0]).toMatchObject({ principal_type: "client" });
});

test("of many uses of a refresh token at once, at most one gets tokens", async () => {
  const app = await connect(server, tenant.tenantId);
  const uses = await Promise.all(
    Array.from({ length: 6 }, () => refresh(server, app.client, app.refresh_token)),
  );
  expect(uses.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
  for (const { status } of uses) expect([200, 400]).toContain(status);
});

test("an authorization code is good once, and only with its verifier", async () => {
  const client = await register(server);
  const browser = new Browser(server, await server.session("operator", server.operatorId));
  const ask = { client, scope: "tools:read" };
  const answer = { account: server.operatorId, tenant: tenant.tenantId, scopes: ["tools:read"] };
  const page = await openConsent(browser, authorizePath(server, ask));
  const code = (await answerConsent(browser, page, answer)).searchParams.get("code") ?? "";
  const guessed = await exchange(server, ask, code, { code_verifier: "x".repeat(43) });
  expect([guessed.status, guessed.body.error]).toEqual([400, "invalid_grant"]);
  const first = await exchange(server, ask, code);
  expect(first.status).toBe(200);
  expect((await exchange(server, ask, code)).body.error).toBe("invalid_grant");
  expect((await mcp(server, "/mcp", first.body.access_token, "tools/list")).status).toBe(401);
});

test("a client with a secret proves itself with it, and gets an id token when it asks for one", async () => {
  const client = await register(server, { token_endpoint_auth_method: undefined });
  expect(client.client_secret).toBeTruthy();
  const browser = new Browser(server, await server.session("operator", server.operatorId));
  const ask = { client, scope: "openid tools:read" };
  const page = await openConsent(browser, authorizePath(server, ask));
  const answer = { account: server.operatorId, tenant: tenant.tenantId, scopes: ["tools:read"] };
  const code = (await answerConsent(browser, page, answer)).searchParams.get("code") ?? "";
  const unproved = await exchange(server, ask, code);
  expect([unproved.status, unproved.body.error]).toEqual([401, "invalid_client"]);
  const basic = Buffer.from(`${client.client_id}:${client.client_secret}`).toString("base64");
  const proved = await exchange(server, ask, code, {}, { authorization: `Basic ${basic}` });
  expect(proved.status).toBe(200);
  expect(proved.body.id_token).toBeTruthy();
  expect((await mcp(server, "/mcp", proved.body.access_token, "tools/list")).status).toBe(200);
});

test("revocation by the client (RFC 7009) ends its grant", async () => {
  const app = await connect(server, tenant.tenantId);
  const revoked = await fetch(`${server.url}/oauth/revoke`, {
    method: "POST",
    body: new URLSearchParams({ token: app.refresh_token, client_id: app.client.client_id }),
  });
  expect(revoked.status).toBe(200);
  expect((await mcp(server, "/mcp", app.access_token, "tools/list")).status).toBe(401);
});

test("a denied request goes back to the client as access_denied", async () => {
  const client = await register(server);
  const browser = new Browser(server, await server.session("operator", server.operatorId));
  const page = await openConsent(browser, authorizePath(server, { client }));
  const back = await answerConsent(browser, page, { account: server.operatorId, action: "deny" });
  expect(back.origin + back.pathname).toBe(callback);
  expect(back.searchParams.get("error")).toBe("access_denied");
  expect(back.searchParams.get("iss")).toBe(server.url);
});

test("requests without PKCE, or with the plain method, go back as errors", async () => {
  const client = await register(server);
  const browser = new Browser(server);
  for (const more of [
    { code_challenge: undefined, code_challenge_method: undefined },
    { code_challenge_method: "plain" },
    { resource: "https://elsewhere.example/mcp" },
    { resource: `${server.url}/tools` },
  ]) {
    const sent = await browser.send(authorizePath(server, { client, more }));
    const back = new URL(sent.headers.get("location") ?? "http://none.invalid");
    expect(back.origin + back.pathname).toBe(callback);
    expect(back.searchParams.get("error")).toBe(
      "resource" in more ? "invalid_target" : "invalid_request",
    );
  }
});

test("an unregistered redirect and an unknown client get a page, and are sent nowhere", async () => {
  const client = await register(server);
  const browser = new Browser(server);
  const html = { headers: { accept: "text/html" } };
  const wrong = [
    authorizePath(server, { client, redirectUri: "https://evil.example/callback" }),
    authorizePath(server, { client: { ...client, client_id: "nobody" } }),
  ];
  for (const path of wrong) {
    const sent = await browser.send(path, html);
    expect(sent.status).toBeGreaterThanOrEqual(400);
    expect(sent.headers.get("location")).toBeNull();
    expect(await sent.text()).toContain("could not be connected");
  }
});

test("only the browser that asked may answer, on our own page, as the account it was shown to", async () => {
  const client = await register(server);
  const session = await server.session("operator", server.operatorId);
  const asking = new Browser(server, session);
  const page = await openConsent(asking, authorizePath(server, { client, scope: "tools:read" }));
  const answer = { account: server.operatorId, tenant: tenant.tenantId, scopes: ["tools:read"] };
  const lured = await answerConsent(new Browser(server, session), page, answer);
  expect(lured.pathname).toBe(page);
  // Cookies of the browser here know no paths, so the later request's stands for both.
  const twice = new Browser(server, session);
  const earlier = await openConsent(twice, authorizePath(server, { client }));
  await openConsent(twice, authorizePath(server, { client }));
  expect((await answerConsent(twice, earlier, answer)).pathname).toBe(earlier);
  const apps = await tenant.call<{ client_id: string }[]>("GET", "/connected-apps");
  expect(apps.body.filter((app) => app.client_id === client.client_id)).toEqual([]);
  const form: [string, string][] = [["action", "allow"]];
  const crossSite = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
  expect((await asking.post(page, form, crossSite)).status).toBe(403);
  const changed = await answerConsent(asking, page, { ...answer, account: "op_other" });
  expect(changed.searchParams.get("problem")).toBe("conflict");
  const nowhere = await answerConsent(asking, page, { ...answer, tenant: "nobody-has-this" });
  expect(nowhere.searchParams.get("problem")).toBe("not_found");
  const empty = await answerConsent(asking, page, { ...answer, scopes: ["keys:write"] });
  expect(empty.searchParams.get("problem")).toBe("invalid_request");
  const done = await answerConsent(asking, page, answer);
  expect(done.searchParams.get("code")).toBeTruthy();
  const stranger = new Browser(server);
  const other = await openConsent(stranger, authorizePath(server, { client }));
  expect((await answerConsent(stranger, other, answer)).pathname).toBe("/sign-in");
});

test("a member connects the tenants they belong to, and a demotion shrinks the token at once", async () => {
  const foreign = await newTenant({}, server);
  const added = await tenant.call<{ user_id: string }>("POST", "/members", {
    email: "ada@example.com",
    role: "developer",
  });
  expect(added.status).toBe(201);
  const userId = added.body.user_id;
  const client = await register(server);
  const browser = new Browser(server, await server.session("user", userId));
  const scopes = ["tools:read", "tools:call"];
  const ask = { client, scope: scopes.join(" ") };
  const page = await openConsent(browser, authorizePath(server, ask));
  const away = await answerConsent(browser, page, {
    ...{ account: userId, tenant: foreign.tenantId, scopes },
  });
  expect(away.searchParams.get("problem")).toBe("not_found");
  const back = await answerConsent(browser, page, {
    account: userId,
    tenant: tenant.tenantId,
    scopes,
  });
  const { body } = await exchange(server, ask, back.searchParams.get("code") ?? "");
  expect((await mcp(server, "/mcp", body.access_token, "tools/list")).status).toBe(200);
  expect((await mcp(server, "/mcp", body.access_token, "tools/call")).status).toBe(200);
  await tenant.call("PATCH", `/members/${userId}`, { role: "viewer" });
  expect((await mcp(server, "/mcp", body.access_token, "tools/list")).status).toBe(200);
  expect((await mcp(server, "/mcp", body.access_token, "tools/call")).status).toBe(403);
  await tenant.call("DELETE", `/members/${userId}`);
  expect((await mcp(server, "/mcp", body.access_token, "tools/list")).status).toBe(401);
  expect((await refresh(server, client, body.refresh_token)).body.error).toBe("invalid_grant");
});

test("signing keys rotate: the old ones' tokens stay good, the next one was published before", async () => {
  const jwks = async () =>
    (await get<{ keys: { kid: string }[] }>("/oauth/jwks")).body.keys.map(({ kid }) => kid);
  const before = await jwks();
  const old = await connect(server, tenant.tenantId);
  const operator = callAs(server.url, server.key);
  expect((await tenant.call("POST", "/oauth-keys/rotate")).status).toBe(403);
  expect((await operator("POST", "/oauth-keys/rotate")).status).toBe(200);
  const after = await jwks();
  expect(after).toEqual(expect.arrayContaining(before));
  expect(after).toHaveLength(3);
  const fresh = await connect(server, tenant.tenantId);
  const kid = (token: string) =>
    JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString()).kid as string;
  expect(before).toContain(kid(fresh.access_token));
  expect(kid(fresh.access_token)).not.toBe(kid(old.access_token));
  for (const { access_token } of [old, fresh]) {
    expect((await mcp(server, "/mcp", access_token, "tools/list")).status).toBe(200);
  }
});
