import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type Ask, askAs } from "../mcp.ts";
import { openCluster, startServer, type TestServer } from "../start-server.ts";
import { callAs, type NewTenant, newTenant } from "./client.ts";

/** Answers a call when the test says so; which tool called is in the address. */
const calls: { tool: string; answer: () => void; isOpen: () => boolean }[] = [];
const upstream = createServer((request, response) => {
  calls.push({
    tool: request.url?.slice(1) ?? "",
    answer: () => response.end("answered"),
    isOpen: () => !response.closed,
  });
});

let cluster: Awaited<ReturnType<typeof openCluster>>;
let databaseUrl = "";
let address = "";
let tenant: NewTenant;
/** Starting a server takes seconds: the tests share these, and the last two end them. */
let one: TestServer;
let two: TestServer;

/** Servers of one deployment: same database, same keys. */
async function serve(): Promise<TestServer> {
  const fixtures = join(import.meta.dirname, "../conformance/fixtures/handlers.ts");
  return startServer({
    databaseUrl,
    args: ["--api-lane-only"],
    env: {
      TAUSESTACK_EGRESS_ALLOW: "127.0.0.1",
      TAUSESTACK_BOOTSTRAP_KEY: `tsp_${"e2e".repeat(12)}`,
      TAUSESTACK_SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
      NODE_OPTIONS: `--import=${pathToFileURL(fixtures).href}`,
    },
  });
}

const extensions = { "io.modelcontextprotocol/tasks": {} };
const askOf = (server: TestServer): Ask =>
  askAs(server.url, tenant.key, { elicitation: {}, extensions });

async function begin(ask: Ask, name: string, args = {}): Promise<string> {
  const { result, error } = await ask("tools/call", { name, arguments: args });
  expect(error).toBeUndefined();
  expect(result).toMatchObject({ resultType: "task", status: "working" });
  return String(result?.taskId);
}

async function settled(ask: Ask, taskId: string, status: string, timeout = 10_000) {
  return vi.waitFor(
    async () => {
      const { result } = await ask("tasks/get", { taskId });
      expect(result?.status).toBe(status);
      return result;
    },
    { timeout, interval: 200 },
  );
}

async function called(tool: string, count: number, timeout = 10_000): Promise<void> {
  const seen = () => calls.filter((call) => call.tool === tool);
  await vi.waitFor(() => expect(seen()).toHaveLength(count), { timeout, interval: 100 });
}

beforeAll(async () => {
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  cluster = await openCluster();
  databaseUrl = await cluster.createDatabase();
  one = await serve();
  two = await serve();
  tenant = await newTenant({}, one);
  const register = async (name: string, implementation: string, more: object = {}) => {
    const body = { tool_id: name, name, task_support: "optional", config: { implementation } };
    const { status } = await tenant.call("POST", "/tools/register", { ...body, ...more });
    expect(status).toBe(200);
  };
  await register("repeatable", `${address}/repeatable`, { annotations: { idempotentHint: true } });
  await register("once", `${address}/once`);
  await register("confirm_delete", "internal:confirm_delete", {
    parameters: { filename: { type: "string" } },
  });
  await register("always", "internal:greet", { task_support: "required" });
}, 60_000);

afterEach(() => {
  for (const call of calls.splice(0)) call.answer();
});

afterAll(async () => {
  upstream.closeAllConnections();
  upstream.close();
  await two.stop();
  await cluster.close();
});

test("a cancellation reaches the tool in whatever process it runs", async () => {
  const taskId = await begin(askOf(one), "repeatable");
  await called("repeatable", 1);
  expect(await askOf(two)("tasks/cancel", { taskId })).toMatchObject({
    result: { resultType: "complete" },
  });
  await vi.waitFor(() => expect(calls[0]?.isOpen()).toBe(false), { timeout: 2_000 });
  expect((await askOf(one)("tasks/get", { taskId })).result?.status).toBe("cancelled");
}, 60_000);

test("REST lists, shows and cancels tasks, and another tenant's are not there", async () => {
  const taskId = await begin(askOf(one), "once", { secret: 1 });
  const own = callAs(two.url, tenant.key);
  const stranger = await newTenant({}, two);
  const { body: list } = await own<{ task_id: string }[]>("GET", "/tasks?limit=1");
  expect(list).toMatchObject([{ task_id: taskId, status: "working", mcp_name: "once" }]);
  const { body: shown } = await own("GET", `/tasks/${taskId}`);
  expect(shown).toMatchObject({ arguments: { secret: 1 }, result: null });
  const { body: theirs } = await callAs(two.url, stranger.key)("GET", "/tasks");
  expect(theirs).toEqual([]);
  for (const [method, path] of [
    ["GET", `/tasks/${taskId}`],
    ["POST", `/tasks/${taskId}/cancel`],
  ] as const) {
    const { status } = await callAs(two.url, stranger.key)(method, path);
    expect([path, status]).toEqual([path, 404]);
  }
  const { body: cancelled } = await own("POST", `/tasks/${taskId}/cancel`);
  expect(cancelled).toMatchObject({ status: "cancelled" });
}, 60_000);

test("a client that knows no tasks gets the result itself, or is told what it lacks", async () => {
  const plain = askAs(one.url, tenant.key, {});
  const call = plain("tools/call", { name: "once", arguments: {} });
  await called("once", 1);
  calls[0]?.answer();
  expect((await call).result).toMatchObject({ resultType: "complete", content: [{}] });
  expect((await plain("tools/call", { name: "always", arguments: { name: "x" } })).error).toEqual(
    expect.objectContaining({ code: -32021, data: { requiredCapabilities: { extensions } } }),
  );
  const { result } = await plain("server/discover", {});
  expect(result).toMatchObject({ capabilities: { extensions } });
  // Revisions before have another kind of tasks, which are not offered: the tool runs at once.
  const legacy = await callAs(one.url, tenant.key)(
    "POST",
    "/mcp",
    {
      ...{ jsonrpc: "2.0", id: 1, method: "tools/call" },
      params: { name: "always", arguments: { name: "you" } },
    },
    { "mcp-protocol-version": "2025-11-25", accept: "application/json, text/event-stream" },
  );
  expect(legacy.body).toMatchObject({ result: { content: [{ text: "Hello, you!" }] } });
}, 60_000);

test("a server that is told to stop lets its tasks end first", async () => {
  const taskId = await begin(askOf(one), "once");
  await called("once", 1);
  const stopped = one.stop();
  setTimeout(() => calls[0]?.answer(), 500);
  await stopped;
  expect((await askOf(two)("tasks/get", { taskId })).result).toMatchObject({
    status: "completed",
  });
}, 60_000);

test("after kill -9 results are there, what may be repeated runs again, the rest says why not", async () => {
  const before = askOf(two);
  const done = await begin(before, "once");
  await called("once", 1);
  calls.splice(0)[0]?.answer();
  await settled(before, done, "completed");
  const [again, lost] = [await begin(before, "repeatable"), await begin(before, "once")];
  const asking = await begin(before, "confirm_delete", { filename: "x.txt" });
  await settled(before, asking, "input_required");
  await Promise.all([called("repeatable", 1), called("once", 1)]);
  await two.stop("SIGKILL");

  two = await serve();
  const ask = askOf(two);
  expect((await ask("tasks/get", { taskId: done })).result).toMatchObject({
    status: "completed",
    result: { content: [{ type: "text", text: "answered" }] },
  });
  const questions = (await ask("tasks/get", { taskId: asking })).result?.inputRequests as object;
  const inputResponses = Object.fromEntries(
    Object.keys(questions).map((key) => [key, { action: "accept", content: { confirm: true } }]),
  );
  expect(await ask("tasks/update", { taskId: asking, inputResponses })).toMatchObject({
    result: { resultType: "complete" },
  });
  expect(await settled(ask, asking, "completed")).toMatchObject({
    result: { content: [{ type: "text", text: "Deleted x.txt" }] },
  });

  await called("repeatable", 2, 30_000);
  for (const { tool, answer } of calls) if (tool === "repeatable") answer();
  await settled(ask, again, "completed");
  const failed = await settled(ask, lost, "failed");
  expect(failed).toMatchObject({
    error: {
      code: -32603,
      message: expect.stringContaining("idempotentHint"),
      data: { code: "unavailable" },
    },
  });
  expect(calls.filter(({ tool }) => tool === "once")).toHaveLength(1);
}, 90_000);
