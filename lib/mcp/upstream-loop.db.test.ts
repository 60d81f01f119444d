import { afterAll, beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { putSecret } from "#lib/secrets/service.ts";
import { freshTenant } from "#lib/testing/context.ts";
import type { Listening } from "#lib/testing/deployment.ts";
import { registerTool } from "#lib/tools/service.ts";
import { closeUpstreams } from "#lib/upstreams/pool.ts";
import { countConnections } from "#lib/upstreams/pooled.ts";
import { putUpstream } from "#lib/upstreams/service.ts";
import { keyOf, openClient, serveApi } from "./testing.ts";

useTestDatabase();

let api: Listening;
beforeAll(async () => {
  api = await serveApi();
});
afterAll(async () => {
  await closeUpstreams();
  await api.close();
});

test.each(["modern", "legacy"] as const)(
  "an upstream that is the tenant's own endpoint ends with an error, for a %s client",
  async (era) => {
    const ctx = await freshTenant({ egress_allow: ["127.0.0.0/8"] });
    const key = await keyOf(ctx);
    await putSecret(ctx, "SELF", { value: key });
    const transport = { type: "http" as const, url: `${api.url}/mcp` };
    const auth = { type: "bearer" as const, secret: "SELF" };
    const exposed = { expose_resources: true, expose_prompts: true };
    await putUpstream(ctx, "self", { name: "Self", transport, auth, ...exposed });
    const config = { implementation: "mcp:self/round" };
    await registerTool(ctx, { tool_id: "round", name: "round", config });
    const client = await openClient(api.url, key, era, {
      capabilities: { elicitation: { form: {} } },
    });
    const result = await client.callTool({ name: "round" });
    expect(result.isError).toBe(true);
    expect(JSON.stringify(result.content)).toContain("lead in a circle");
    expect((await client.listResources()).resources).toEqual([]);
    expect((await client.listPrompts()).prompts).toEqual([]);
    expect(countConnections(ctx.tenantId)).toBeLessThan(20);
    await client.close();
  },
);
