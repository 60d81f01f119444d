import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { eq } from "drizzle-orm";
import { afterEach, expect, test } from "vitest";
import { upstreamTokens } from "#db/schema/upstreams.ts";
import { useTestDatabase } from "#db/testing/clone.ts";
import { withTenant } from "#db/transaction.ts";
import { listAudit } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { freshTenant } from "#lib/testing/context.ts";
import { type Listening, listen } from "#lib/testing/deployment.ts";
import { upstreamsOf } from "../registry.ts";
import { putUpstream } from "../service.ts";
import { connectUpstream } from "./connect.ts";
import { disconnectUpstream } from "./disconnect.ts";
import { finishConnect } from "./finish.ts";
import { oauthProviderFor } from "./provider.ts";
import { refreshTokens } from "./refresh.ts";
import { readTokens } from "./store.ts";

useTestDatabase();

const opened: Listening[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => server.close()));
});

const random = () => randomBytes(12).toString("hex");

/** An MCP endpoint and its authorization server: PKCE, registration, refresh tokens good once. */
async function authorizationServer(expiresIn: number) {
  const seen = { registered: 0, refreshed: 0, replayed: 0, revoked: [] as string[] };
  const codes = new Map<string, string>();
  const refreshable = new Set<string>();
  let base = "";
  const server = await listen(
    createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const url = new URL(request.url ?? "", base);
        const form = new URLSearchParams(Buffer.concat(chunks).toString());
        const answer = (status: number, body: object, headers = {}) =>
          response
            .writeHead(status, { "content-type": "application/json", ...headers })
            .end(JSON.stringify(body));
        const give = () => {
          const refresh_token = random();
          refreshable.add(refresh_token);
          const access_token = random();
          answer(200, { access_token, token_type: "Bearer", expires_in: expiresIn, refresh_token });
        };
        if (url.pathname === "/mcp") {
          const challenge = `Bearer resource_metadata="${base}/meta"`;
          return answer(401, {}, { "www-authenticate": challenge });
        }
        if (url.pathname === "/meta") {
          return answer(200, { resource: `${base}/mcp`, authorization_servers: [base] });
        }
        if (url.pathname === "/.well-known/oauth-authorization-server") {
          return answer(200, {
            issuer: base,
            authorization_endpoint: `${base}/authorize`,
            token_endpoint: `${base}/token`,
            registration_endpoint: `${base}/register`,
            revocation_endpoint: `${base}/revoke`,
            response_types_supported: ["code"],
            code_challenge_methods_supported: ["S256"],
            authorization_response_iss_parameter_supported: true,
          });
        }
        if (url.pathname === "/register") {
          seen.registered++;
          const asked = JSON.parse(Buffer.concat(chunks).toString()) as object;
          return answer(201, { ...asked, client_id: random() });
        }
        if (url.pathname === "/revoke") {
          seen.revoked.push(form.get("token") ?? "");
          return answer(200, {});
        }
        if (url.pathname !== "/token") return answer(404, {});
        if (form.get("grant_type") === "refresh_token") {
          if (!refreshable.delete(form.get("refresh_token") ?? "")) {
            seen.replayed++;
            return answer(400, { error: "invalid_grant" });
          }
          seen.refreshed++;
          return give();
        }
        const code = form.get("code") ?? "";
        const proof = createHash("sha256").update(form.get("code_verifier") ?? "");
        const good = codes.get(code) === proof.digest("base64url");
        codes.delete(code);
        return good ? give() : answer(400, { error: "invalid_grant" });
      });
    }),
  );
  opened.push(server);
  base = `http://${server.host}`;
  const consent = (address: string) => {
    const { searchParams } = new URL(address);
    const code = random();
    codes.set(code, searchParams.get("code_challenge") ?? "");
    return { code, state: searchParams.get("state") ?? "", iss: base };
  };
  return { base, host: server.host, seen, consent };
}

const as = (ctx: Ctx, id: string): Ctx => ({
  ...ctx,
  principal: { type: "member", id, email: `${id}@example.org`, role: "owner" },
});

async function connected(scope: "tenant" | "user", expiresIn = 3_600) {
  const server = await authorizationServer(expiresIn);
  const tenant = await freshTenant({ egress_allow: [server.host] } as object);
  const ctx = as(tenant, "ann");
  await putUpstream(ctx, "up", {
    name: "Up",
    transport: { type: "http", url: `${server.base}/mcp` },
    auth: { type: "oauth", scope },
  });
  const upstream = async () => {
    const found = (await upstreamsOf(ctx.tenantId)).get("up");
    if (!found) throw new Error("no upstream");
    return found;
  };
  const connect = async (who = ctx) =>
    server.consent(await connectUpstream(who, "up", "http://localhost:3000"));
  const token = async (who = ctx) => (await oauthProviderFor(who, await upstream())).token();
  return { server, ctx, connect, token, tenant };
}

test("a person connects once with a state, and the tokens are kept sealed and are audited", async () => {
  const { ctx, connect, token } = await connected("tenant");
  await expect(token()).rejects.toMatchObject({ code: "unauthorized" });
  const answer = await connect();
  await finishConnect(ctx, answer);
  const access = (await token()) ?? "";
  expect(access).toMatch(/^[0-9a-f]{24}$/);
  await expect(finishConnect(ctx, answer)).rejects.toMatchObject({ code: "invalid_request" });
  const [row] = await withTenant(ctx.tenantId, (tx) =>
    tx.select().from(upstreamTokens).where(eq(upstreamTokens.tenantId, ctx.tenantId)),
  );
  expect(JSON.stringify(row)).not.toContain(access);
  expect((await listAudit(ctx, { action: "upstream.connect" })).items).toHaveLength(1);
});

test("neither another person, another tenant nor another issuer can end an authorization", async () => {
  const { ctx, connect } = await connected("tenant");
  const answer = await connect();
  const refused = { code: "invalid_request" };
  await expect(finishConnect(as(ctx, "eve"), answer)).rejects.toMatchObject(refused);
  const other = as(await freshTenant(), "ann");
  await expect(finishConnect(other, answer)).rejects.toMatchObject(refused);
  const mixed = { ...answer, iss: "https://evil.example" };
  await expect(finishConnect(ctx, mixed)).rejects.toMatchObject({ code: "upstream_failed" });
  await expect(finishConnect(ctx, answer)).rejects.toMatchObject(refused);
  await expect(connectUpstream(other, "up", "http://localhost:3000")).rejects.toMatchObject({
    code: "not_found",
  });
});

test("a key connects nothing, and one person's account never serves another", async () => {
  const { ctx, connect, token } = await connected("user");
  const key: Ctx = { ...ctx, principal: { type: "key", id: "k", platform: false, agentId: null } };
  await expect(connectUpstream(key, "up", "http://localhost:3000")).rejects.toMatchObject({
    code: "forbidden",
  });
  await finishConnect(ctx, await connect());
  await expect(token(as(ctx, "bob"))).rejects.toMatchObject({ code: "unauthorized" });
  await expect(token(key)).rejects.toMatchObject({ code: "unauthorized" });
});

test("whoever lacks upstreams:write cannot connect or disconnect the tenant's account", async () => {
  const { ctx } = await connected("tenant");
  const reader: Ctx = { ...ctx, permissions: new Set(["upstreams:read"]) };
  await expect(connectUpstream(reader, "up", "http://localhost:3000")).rejects.toMatchObject({
    code: "insufficient_scope",
  });
  await expect(disconnectUpstream(reader, "up")).rejects.toMatchObject({
    code: "insufficient_scope",
  });
});

test("a refresh token is used once, however many processes find the tokens at their end", async () => {
  const { ctx, connect, server } = await connected("tenant");
  await finishConnect(ctx, await connect());
  const account = { tenantId: ctx.tenantId, upstreamId: "up", subject: "tenant" } as const;
  const sealed = (await readTokens(account))?.sealed ?? "";
  await Promise.all(Array.from({ length: 8 }, () => refreshTokens(account, sealed, fetch)));
  expect(server.seen).toMatchObject({ refreshed: 1, replayed: 0 });
});

test("tokens near their end are renewed before they are used, once however many use them", async () => {
  const { ctx, connect, token, server } = await connected("tenant");
  await finishConnect(ctx, await connect());
  await withTenant(ctx.tenantId, (tx) =>
    tx
      .update(upstreamTokens)
      .set({ expiresAt: new Date(Date.now() + 10_000) })
      .where(eq(upstreamTokens.tenantId, ctx.tenantId)),
  );
  await Promise.all([token(), token(), token()]);
  expect(server.seen).toMatchObject({ refreshed: 1, replayed: 0 });
});

test("tokens that live shortly are not renewed at each use", async () => {
  const { ctx, connect, token, server } = await connected("tenant", 25);
  await finishConnect(ctx, await connect());
  await token();
  await token();
  expect(server.seen.refreshed).toBe(0);
});

test("to disconnect revokes and forgets the tokens", async () => {
  const { ctx, connect, token, server } = await connected("tenant");
  await finishConnect(ctx, await connect());
  await token();
  await disconnectUpstream(ctx, "up");
  expect(server.seen.revoked).toHaveLength(2);
  await expect(token()).rejects.toMatchObject({ code: "unauthorized" });
  expect((await listAudit(ctx, { action: "upstream.disconnect" })).items).toHaveLength(1);
});
