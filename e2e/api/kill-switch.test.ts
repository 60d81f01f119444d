import { afterAll, beforeAll, expect, test } from "vitest";
import { openCluster, startServer } from "../start-server.ts";
import { callAs, newTenant } from "./client.ts";

let cluster: Awaited<ReturnType<typeof openCluster>>;

beforeAll(async () => {
  cluster = await openCluster();
}, 60_000);

afterAll(() => cluster.close());

test("a kill switch set on one server is heard by the other within a second, and so is its end", async () => {
  const shared = {
    databaseUrl: await cluster.createDatabase(),
    args: ["--api-lane-only"],
    env: {
      TAUSESTACK_BOOTSTRAP_KEY: `tsp_${"kill".repeat(9)}`,
      TAUSESTACK_SECRET_KEY: Buffer.alloc(32, 9).toString("base64"),
    },
  };
  const one = await startServer(shared);
  const two = await startServer(shared);
  try {
    const tenant = await newTenant({}, one);
    const elsewhere = callAs(two.url, tenant.key);
    await tenant.call("POST", "/tools/register", {
      ...{ tool_id: "t", name: "t" },
      config: { implementation: "internal:echo" },
    });
    const call = async () => {
      const { body } = await elsewhere<{ structuredContent: { error?: { code: string } } }>(
        "POST",
        "/tools/t/call",
        { arguments: {} },
      );
      return body.structuredContent?.error?.code ?? "ok";
    };
    // The other server has read the rules that are about to change.
    await expect.poll(call, { timeout: 5_000 }).toBe("ok");
    for (const target of [{ scope: "tool", target_id: "t" }, { scope: "tenant" }]) {
      const { body } = await tenant.call<{ switch_id: string }>("PUT", "/kill-switches", {
        ...target,
        reason: "an incident",
      });
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect(await call()).toBe("stopped");
      await tenant.call("DELETE", `/kill-switches/${body.switch_id}`);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect(await call()).toBe("ok");
    }
    // A limit a day holds over both servers together.
    await tenant.call("PUT", "/tool-limits", { tool_id: "t", calls_per_day: 10 });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        (index % 2 ? elsewhere : tenant.call)("POST", "/tools/t/call", { arguments: {} }),
      ),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    expect(refused).toHaveLength(30);
    expect(Number(refused[0]?.headers.get("retry-after"))).toBeGreaterThan(0);
  } finally {
    await Promise.all([one.stop(), two.stop()]);
  }
}, 90_000);
