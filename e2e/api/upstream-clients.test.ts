import { createServer } from "node:http";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { listen } from "#lib/testing/deployment.ts";
import {
  type ProtectedOptions,
  type ProtectedUpstream,
  startProtectedUpstream,
} from "#lib/testing/protected-upstream.ts";
import { openCluster } from "../start-server.ts";
import { callAs, newTenant } from "./client.ts";
import { type OAuthServer, startOAuthServer } from "./oauth-person.ts";
import { acceptWhoami, browserOf, connectAs, tenantOf, whoami } from "./upstream-person.ts";

let cluster: Awaited<ReturnType<typeof openCluster>>;
let server: OAuthServer;
const origin = "https://tausestack.example";
/** A server that the internet reaches by HTTPS. */
let open: OAuthServer;
const providers: ProtectedUpstream[] = [];

beforeAll(async () => {
  cluster = await openCluster();
  const urls = [await cluster.createDatabase(), await cluster.createDatabase()] as const;
  [server, open] = await Promise.all([
    startOAuthServer(urls[0]),
    startOAuthServer(urls[1], { TAUSESTACK_PUBLIC_URL: origin, PORT: await freePort() }),
  ]);
}, 180_000);
afterEach(async () => {
  await Promise.all(providers.splice(0).map((provider) => provider.close()));
});
afterAll(async () => {
  await Promise.all([server?.stop(), open?.stop()]);
  await cluster?.close();
});

async function freePort(): Promise<string> {
  const probe = await listen(createServer());
  await probe.close();
  return new URL(probe.url).port;
}

async function protect(options: ProtectedOptions): Promise<ProtectedUpstream> {
  const provider = await startProtectedUpstream(options);
  providers.push(provider);
  return provider;
}

test("a client that was given an id and a secret connects the tenant's account with them, and revokes", async () => {
  const made = await newTenant({ egress_allow: ["127.0.0.0/8"] }, server);
  const redirect = `${server.url}/upstreams/oauth/callback?tenant_id=${made.tenantId}`;
  const client = { client_id: "by-hand", client_secret: "a-secret-of-the-client" };
  const provider = await protect({ clients: [{ ...client, redirect_uris: [redirect] }] });
  await made.call("PUT", "/secrets/NOTES_CLIENT", { value: client.client_secret });
  const auth = { scope: "tenant", client_id: client.client_id, client_secret: "NOTES_CLIENT" };
  const tenant = await tenantOf(server, provider, auth, made);
  const session = await server.session("operator", server.operatorId);
  const operator = browserOf(`tausestack.session=${session}`, server, made.tenantId);
  expect(await connectAs(operator, provider, "shared")).toMatchObject({
    ...{ outcome: "connected", path: `/admin/tenants/${made.tenantId}/upstreams/notes` },
  });
  await acceptWhoami(operator);
  expect((await whoami(await tenant.person(), server)).text).toBe("shared");
  // Everybody who may call tools uses it, and a viewer neither connects nor disconnects it.
  const viewer = await tenant.person("viewer");
  expect((await viewer.call("POST", "/upstreams/notes/connect")).status).toBe(403);
  expect((await viewer.call("POST", "/upstreams/notes/disconnect")).status).toBe(403);
  expect((await operator.call("POST", "/upstreams/notes/disconnect")).status).toBe(200);
  expect(provider.revocations).toEqual([200, 200]);
  expect(provider.registrations).toBe(0);
});

test("where the server fetches client metadata documents, ours is the client's id, and nobody registers", async () => {
  const fetched: string[] = [];
  const provider = await protect({
    documents: (url) => {
      fetched.push(String(url));
      return fetch(String(url).replace(origin, open.url));
    },
  });
  const tenant = await tenantOf(open, provider);
  const ann = await tenant.person();
  expect((await connectAs(ann, provider, "ann")).outcome).toBe("connected");
  await acceptWhoami(ann);
  expect((await whoami(ann, open)).text).toBe("ann");
  expect(fetched).toEqual([`${origin}/upstreams/oauth/client/${tenant.tenantId}`]);
  expect(provider.registrations).toBe(0);
});

test("the client metadata document is the same for a tenant that is there and one that is not", async () => {
  const made = await newTenant({}, server);
  const anyone = callAs(server.url, null);
  const read = async (tenantId: string) => {
    const { status, body } = await anyone("GET", `/upstreams/oauth/client/${tenantId}`);
    expect(body).toMatchObject({ client_id: `${server.url}/upstreams/oauth/client/${tenantId}` });
    return [status, JSON.stringify(body).replaceAll(tenantId, "")];
  };
  expect(await read(made.tenantId)).toEqual(await read("nobody-has-this"));
});
