import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { capture } from "../../scripts/run.ts";
import { startServer, type TestServer } from "../start-server.ts";
import { fillTenant } from "./fixtures/tenant.ts";

const here = import.meta.dirname;
const suite = join(here, "../../node_modules/@modelcontextprotocol/conformance/dist/index.js");

const ends: (() => Promise<unknown> | unknown)[] = [];
let server: TestServer;
let endpoint = "";

function listen(http: ReturnType<typeof createServer>): Promise<number> {
  ends.push(() => {
    http.closeAllConnections();
    return new Promise((resolve) => http.close(resolve));
  });
  return new Promise((resolve) =>
    http.listen(0, "localhost", () => resolve((http.address() as AddressInfo).port)),
  );
}

/** The suite can send no credential: this adds it, and passes everything else on as it is. */
async function openProxy(key: string): Promise<string> {
  const target = new URL(server.url);
  const proxy = createServer((request, response) => {
    const { host = "", ...rest } = request.headers;
    const onward = httpRequest(
      {
        host: target.hostname,
        port: target.port,
        path: request.url,
        method: request.method,
        // The host as it was said: one of the scenarios says a foreign one.
        headers: { ...rest, host, authorization: `Bearer ${key}` },
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on("error", () => response.destroy());
    response.on("close", () => onward.destroy());
    request.pipe(onward);
  });
  return `http://localhost:${await listen(proxy)}/mcp`;
}

beforeAll(async () => {
  const fixtures = pathToFileURL(join(here, "fixtures/handlers.ts")).href;
  server = await startServer({
    databaseUrl: inject("databaseUrl"),
    args: ["--api-lane-only"],
    env: { NODE_OPTIONS: `--import=${fixtures}` },
  });
  ends.push(() => server.stop());
  const source = createServer((request, response) => {
    const id = request.url?.slice(1);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }));
  });
  const port = await listen(source);
  const key = await fillTenant(server.url, server.key, "conformance", `http://localhost:${port}`);
  endpoint = await openProxy(key);
});

afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

test.each(["2026-07-28", "2025-11-25"])(
  "every scored scenario of revision %s passes",
  async (revision) => {
    const args = ["server", "--url", endpoint, "--requirements", revision];
    const { code, output } = await capture(suite, args);
    expect(code, output).toBe(0);
    expect(output).not.toMatch(/Expected failures/i);
  },
  300_000,
);

// No revision requires them: the Tasks extension has scenarios of its own.
test.each([
  "tasks-lifecycle",
  "tasks-capability-negotiation",
  "tasks-wire-fields",
  "tasks-request-state-removal",
  "tasks-mrtr-input",
  "tasks-request-headers",
  "tasks-dispatch-and-envelope",
  "tasks-status-notifications",
  "tasks-required-task-error",
  "tasks-mrtr-composition",
])("scenario %s passes", async (scenario) => {
  const { code, output } = await capture(suite, [
    "server",
    "--url",
    endpoint,
    "--scenario",
    scenario,
  ]);
  expect(code, output).toBe(0);
});
