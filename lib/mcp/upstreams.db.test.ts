import { afterAll, beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { createPrompt } from "#lib/prompts/service.ts";
import { freshTenant } from "#lib/testing/context.ts";
import type { Listening } from "#lib/testing/deployment.ts";
import { closeUpstreams } from "#lib/upstreams/pool.ts";
import { putUpstream } from "#lib/upstreams/service.ts";
import { type ModernUpstream, startModernUpstream } from "#lib/upstreams/testing.ts";
import { keyOf, openClient, serveApi } from "./testing.ts";

useTestDatabase();

let api: Listening;
let modern: ModernUpstream;

beforeAll(async () => {
  [api, modern] = await Promise.all([serveApi(), startModernUpstream()]);
});
afterAll(async () => {
  await closeUpstreams();
  await modern.close();
  await api.close();
});

async function tenantWith(exposed: object): Promise<Ctx> {
  const ctx = await freshTenant({ egress_allow: ["127.0.0.0/8"] });
  const transport = { type: "http" as const, url: modern.url };
  await putUpstream(ctx, "up", { name: "Up", transport, ...exposed });
  return ctx;
}

test.each(["modern", "legacy"] as const)(
  "resources and prompts of an upstream come along, for a %s client",
  async (era) => {
    const ctx = await tenantWith({ expose_resources: true, expose_prompts: true });
    const messages = [{ role: "user" as const, content: { type: "text" as const, text: "Mine" } }];
    await createPrompt(ctx, { name: "zz", messages });
    const client = await openClient(api.url, await keyOf(ctx), era);
    const uri = "upstream:up:note://one";
    expect((await client.listResources()).resources).toMatchObject([{ uri, name: "note" }]);
    expect((await client.readResource({ uri })).contents).toMatchObject([{ uri, text: "A note" }]);
    const { prompts } = await client.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual(["up_greet", "zz"]);
    const got = await client.getPrompt({ name: "up_greet", arguments: { who: "Ada" } });
    expect(got.messages).toMatchObject([{ content: { text: "Greet Ada" } }]);
    await client.close();
  },
);

test("an upstream that does not show them, or of another tenant, has none", async () => {
  const ctx = await tenantWith({});
  await tenantWith({ expose_resources: true, expose_prompts: true });
  const client = await openClient(api.url, await keyOf(ctx), "modern");
  expect((await client.listResources()).resources).toEqual([]);
  expect((await client.listPrompts()).prompts).toEqual([]);
  await expect(client.readResource({ uri: "upstream:up:note://one" })).rejects.toThrow(
    'no resource "upstream:up:note://one"',
  );
  await expect(client.getPrompt({ name: "up_greet" })).rejects.toThrow("no prompt");
  await client.close();
});

test("an upstream that is not there hides nothing of the tenant's own", async () => {
  const ctx = await freshTenant({ egress_allow: ["127.0.0.0/8"] });
  const transport = { type: "http" as const, url: "http://127.0.0.1:1/mcp" };
  const exposed = { expose_resources: true, expose_prompts: true };
  await putUpstream(ctx, "up", { name: "Up", transport, ...exposed });
  const client = await openClient(api.url, await keyOf(ctx), "modern");
  expect((await client.listResources()).resources).toEqual([]);
  expect((await client.listPrompts()).prompts).toEqual([]);
  await client.close();
});
