import { afterAll, beforeAll, expect, test } from "vitest";
import { askAs } from "../mcp.ts";
import { openCluster, startServer } from "../start-server.ts";
import { callAs, newTenant } from "./client.ts";

let cluster: Awaited<ReturnType<typeof openCluster>>;

beforeAll(async () => {
  cluster = await openCluster();
}, 60_000);

afterAll(() => cluster.close());

test("a grant that is revoked on one server lets nothing be read on the other within a second", async () => {
  const shared = {
    databaseUrl: await cluster.createDatabase(),
    args: ["--api-lane-only"],
    env: {
      TAUSESTACK_BOOTSTRAP_KEY: `tsp_${"read".repeat(9)}`,
      TAUSESTACK_SECRET_KEY: Buffer.alloc(32, 9).toString("base64"),
    },
  };
  const [one, two] = [await startServer(shared), await startServer(shared)];
  try {
    const tenant = await newTenant({}, one);
    const made = await tenant.call<{ key: string }>("POST", "/keys", {
      ...{ name: "agent", agent_id: "robot", scopes: ["resources:read"] },
    });
    const rest = callAs(two.url, made.body.key);
    const mcp = askAs(two.url, made.body.key, {});
    await tenant.call("POST", "/resources/register", {
      ...{ resource_id: "doc", name: "Doc", type: "doc", uri: "doc://one" },
      content: { text: "words" },
    });
    const grant = { subject: { type: "agent", id: "robot" }, permissions: ["read"] };
    const path = "/resources/doc/grants";
    const listed = async () => {
      const { result } = await mcp("resources/list", {});
      return Array.isArray(result?.resources) ? result.resources.length : result;
    };
    const read = async () => {
      const { result, error } = await mcp("resources/read", { uri: "doc://one" });
      return Array.isArray(result?.contents) ? result.contents[0].text : error?.data?.code;
    };
    const reads = async () => [
      (await rest("GET", "/resources/doc")).status,
      (await rest("GET", "/resources/doc/content")).status,
      (await rest<unknown[]>("GET", "/resources")).body.length,
      await listed(),
      await read(),
    ];
    const all = [200, 200, 1, 1, "words"];
    const { body } = await tenant.call<{ grant_id: string }>("POST", path, grant);
    await expect.poll(reads, { timeout: 5_000 }).toEqual(all);
    await tenant.call("DELETE", `${path}/${body.grant_id}`);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await reads()).toEqual([404, 404, 0, 0, "not_found"]);
    await tenant.call("PUT", path, [grant]);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await reads()).toEqual(all);
    // A ceiling that is lowered is one too.
    await tenant.call("POST", "/resources/register", {
      ...{ resource_id: "doc", name: "Doc", type: "doc", uri: "doc://one" },
      access_permissions: ["audit"],
    });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await reads()).toEqual([404, 404, 0, 0, "not_found"]);
  } finally {
    await Promise.all([one.stop(), two.stop()]);
  }
}, 90_000);
