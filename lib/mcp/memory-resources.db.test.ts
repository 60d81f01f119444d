import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { startBus } from "#lib/core/bus.ts";
import { deleteItem, putItem } from "#lib/memory/items/verbs.ts";
import { putMemoryGrants } from "#lib/memory/sharing/grants.ts";
import { freshTenant } from "#lib/testing/context.ts";
import type { Listening } from "#lib/testing/deployment.ts";
import { keyOf, openClient, serveApi } from "./testing.ts";

useTestDatabase();

let api: Listening;
let stopBus: () => Promise<void>;

beforeAll(async () => {
  stopBus = await startBus();
  api = await serveApi();
});
afterAll(async () => {
  await api.close();
  await stopBus();
});

const place = { agentId: "ada", namespace: "a/b", key: "ké y" };
const uri = "memory://ada/a%2Fb/k%C3%A9%20y";

test.each(["modern", "legacy"] as const)(
  "a %s client lists namespaces, and reads a memory and what a namespace holds",
  async (era) => {
    const ctx = await freshTenant();
    const other = await freshTenant();
    await putItem(other, { ...place, agentId: "theirs" }, { content: 1 });
    await putItem(ctx, place, { content: { a: [1] }, tags: ["t"] });
    await putItem(ctx, { ...place, key: "text" }, { content: "plain words" });
    const client = await openClient(api.url, await keyOf(ctx), era);
    const { resources } = await client.listResources();
    expect(resources).toMatchObject([{ uri: "memory://ada/a%2Fb", name: "ada/a/b" }]);
    const space = await client.readResource({ uri: "memory://ada/a%2Fb" });
    expect(JSON.stringify(space.contents)).toContain(uri);
    expect((await client.readResource({ uri })).contents).toEqual([
      { uri, mimeType: "application/json", text: '{"a":[1]}' },
    ]);
    expect((await client.readResource({ uri: "memory://ada/a%2Fb/text" })).contents).toMatchObject([
      { mimeType: "text/plain", text: "plain words" },
    ]);
    for (const missing of ["memory://ada/x", "memory://ada/a%2Fb/x", "memory://theirs/a%2Fb"]) {
      await expect(client.readResource({ uri: missing })).rejects.toThrow(/no (memory|resource)/);
    }
    await client.close();
  },
);

test.each(["modern", "legacy"] as const)(
  "a %s client is told when a memory that it may read changes, and of no other",
  async (era) => {
    const ctx = await freshTenant();
    await putItem(ctx, place, { content: 1 });
    const secret = { ...place, agentId: "eve" };
    await putItem(ctx, secret, { content: 1 });
    const key = await keyOf(ctx, { scopes: ["*"], agent_id: "bob" });
    await putMemoryGrants(ctx, "ada", "a/b", {
      grants: [{ type: "agent", id: "bob", access: "read" }],
    });
    const client = await openClient(api.url, key, era);
    const told: string[] = [];
    client.setNotificationHandler("notifications/resources/updated", ({ params }) => {
      told.push(params.uri);
    });
    const uris = [uri, "memory://eve/a%2Fb/k%C3%A9%20y"];
    if (era === "modern") await client.listen({ resourceSubscriptions: uris });
    else {
      await client.subscribeResource({ uri });
      await expect(client.subscribeResource({ uri: uris[1] ?? "" })).rejects.toThrow("grant");
    }
    await putItem(ctx, secret, { content: 2 });
    await deleteItem(ctx, secret);
    await putItem(ctx, place, { content: 2 });
    await vi.waitFor(() => expect(told).toContain(uri), { timeout: 10_000 });
    expect(new Set(told)).toEqual(new Set([uri]));
    await client.close();
  },
);
