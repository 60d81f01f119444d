import { spawn } from "node:child_process";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newTenant } from "../api/client.ts";
import {
  answerConsent,
  Browser,
  type OAuthServer,
  openConsent,
  register,
  startOAuthServer,
} from "../api/oauth-person.ts";
import { openCluster } from "../start-server.ts";

const suite = fileURLToPath(import.meta.resolve("@modelcontextprotocol/conformance/dist/index.js"));

let cluster: Awaited<ReturnType<typeof openCluster>>;
let server: OAuthServer;

beforeAll(async () => {
  cluster = await openCluster();
  server = await startOAuthServer(await cluster.createDatabase());
}, 90_000);

afterAll(async () => {
  await server?.stop();
  await cluster?.close();
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  return port;
}

/** Does what the suite asks the person before it: opens the address, consents, returns to it. */
async function consent(address: string, tenant: string): Promise<void> {
  const browser = new Browser(server, await server.session("operator", server.operatorId));
  const page = await openConsent(browser, address);
  const back = await answerConsent(browser, page, {
    ...{ account: server.operatorId, tenant, scopes: ["tools:read"] },
  });
  await fetch(back);
}

test("the official suite finds nothing wrong with the authorization server", async () => {
  const { tenantId } = await newTenant({}, server);
  const port = await freePort();
  const client = await register(server, { redirect_uris: [`http://127.0.0.1:${port}/callback`] });
  const run = spawn(process.execPath, [
    suite,
    "authorization",
    ...["--url", server.url, "--client-id", client.client_id],
    ...["--resource", `${server.url}/mcp`, "-p", String(port)],
  ]);
  let output = "";
  let visited = false;
  const read = (chunk: Buffer) => {
    output += chunk.toString("utf8");
    const address = /^http:\/\/\S+\/oauth\/authorize\?\S+$/m.exec(output)?.[0];
    if (!address || visited || !output.includes("Waiting up to")) return;
    visited = true;
    consent(address, tenantId).catch((error: unknown) => {
      output += String(error);
      run.kill();
    });
  };
  run.stdout.on("data", read);
  run.stderr.on("data", read);
  const code = await new Promise((resolve) => run.once("exit", resolve));
  expect(output).toMatch(/Total: 3 passed, 0 failed/);
  expect(code).toBe(0);
});
