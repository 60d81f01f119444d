import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { loadRoutes } from "#lib/http/load-routes.ts";
import { freshTenant } from "#lib/testing/context.ts";
import type { Listening } from "#lib/testing/deployment.ts";
import { createExample } from "#lib/tools/bench/examples.ts";
import { putGrants } from "#lib/tools/governance/grants.ts";
import { setSwitch } from "#lib/tools/governance/switches.ts";
import { putLimit } from "#lib/tools/governance/tool-limits.ts";
import { saveDraft } from "#lib/tools/revisions/drafts.ts";
import { registerTool } from "#lib/tools/service.ts";
import { keyOf, openClient, serveApi } from "./testing.ts";

useTestDatabase();

let server: Listening;
let ctx: Ctx;
let reader: string;
let writer: string;

beforeAll(async () => {
  server = await serveApi();
  ctx = await freshTenant();
  const config = { implementation: "internal:echo" };
  for (const id of ["hidden", "open"]) {
    await registerTool(ctx, { tool_id: id, name: id, description: `it is ${id}`, config });
  }
  await saveDraft(ctx, "hidden", { name: "hidden", description: "changed", config });
  await createExample(ctx, "hidden", { name: "one", expectation: { mode: "no_error" } });
  await putLimit(ctx, { tool_id: "hidden", calls_per_day: 5 });
  await setSwitch(ctx, { scope: "tool", target_id: "hidden", reason: "an incident" });
  await putGrants(ctx, "hidden", { grants: [{ type: "agent", id: "robot" }] });
  reader = await keyOf(ctx, { scopes: ["tools:read", "tools:call"] });
  writer = await keyOf(ctx, { scopes: ["tools:read", "tools:write"] });
});

afterAll(() => server.close());

async function ask(key: string, method: string, path: string) {
  const response = await fetch(new URL(path, server.url), {
    method,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    ...(method === "GET" ? {} : { body: "{}" }),
  });
  const { code, detail } = (await response.json()) as { code?: string; detail?: string };
  return { status: response.status, code, detail: detail?.replaceAll(/hidden|nothing/g, "…") };
}

/** Each address of the API that names a tool, and what can be done there. */
async function toolRoutes(): Promise<[method: string, path: string][]> {
  const routes = await loadRoutes(join(import.meta.dirname, "../../app/(api)"));
  return routes
    .filter(({ path }) => path.includes("{tool_id}"))
    .flatMap(({ path, handlers }) =>
      Object.keys(handlers).map((method): [string, string] => [method, path]),
    );
}

test("no address tells a tool that is granted to others from one that is not there", async () => {
  const routes = await toolRoutes();
  const readable: string[] = [];
  for (const [method, path] of routes) {
    const at = (id: string) =>
      path
        .replace("{tool_id}", id)
        .replace("{revision}", "1")
        .replace("{example_id}", `example_${"0".repeat(32)}`)
        .concat(path.endsWith("/diff") ? "?from=1&to=2" : "");
    const hidden = await ask(reader, method, at("hidden"));
    expect([method, path, hidden]).toEqual([
      ...[method, path],
      await ask(reader, method, at("nothing")),
    ]);
    expect([method, path, hidden.status]).not.toEqual([method, path, 200]);
    if (method !== "GET") continue;
    expect([path, hidden.status, hidden.code]).toEqual([path, 404, "not_found"]);
    expect([path, (await ask(writer, method, at("hidden"))).status]).toEqual([path, 200]);
    readable.push(path);
  }
  expect(readable.length).toBeGreaterThanOrEqual(9);
});

test.each(["/tools", "/tools?status=all", "/tool-limits", "/kill-switches"])(
  "%s lists nothing of it",
  async (path) => {
    const get = async (key: string) => {
      const response = await fetch(new URL(path, server.url), {
        headers: { authorization: `Bearer ${key}` },
      });
      expect(response.status).toBe(200);
      return response.text();
    };
    expect(await get(reader)).not.toContain("hidden");
    expect(await get(writer)).toContain("hidden");
  },
);

test("an MCP client is neither listed it, nor does it find or call it", async () => {
  const client = await openClient(server.url, reader, "modern");
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toContain("open");
  expect(JSON.stringify(tools)).not.toContain("hidden");
  const found = await client.callTool({ name: "search_tools", arguments: { query: "hidden it" } });
  expect(JSON.stringify(found)).not.toContain("it is hidden");
  await expect(client.callTool({ name: "hidden", arguments: {} })).rejects.toMatchObject({
    data: { code: "not_found" },
  });
  await client.close();
});
