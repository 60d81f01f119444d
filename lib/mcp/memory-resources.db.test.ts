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

test("a client completes agents, namespaces and keys of what it may read, and of nothing else", async () => {
  const ctx = await freshTenant();
  const other = await freshTenant();
  await putItem(other, { agentId: "adele", namespace: "theirs", key: "k" }, { content: 1 });
  for (const key of ["trip/lisbon", "trip/oslo", "tea", "gone"]) {
    await putItem(ctx, { agentId: "ada", namespace: "notes", key }, { content: 1 });
  }
  await deleteItem(ctx, { agentId: "ada", namespace: "notes", key: "gone" });
  await putItem(ctx, { agentId: "Adam", namespace: "plans", key: "k" }, { content: 1 });
  await putItem(ctx, { agentId: "bob", namespace: "diary", key: "k" }, { content: 1 });
  const item = "memory://{agent_id}/{namespace}/{key}";
  const space = "memory://{agent_id}/{namespace}";
  const all = await openClient(api.url, await keyOf(ctx), "modern");
  const asker =
    (client: typeof all) =>
    async (uri: string, name: string, value: string, chosen: Record<string, string> = {}) => {
      const { completion } = await client.complete({
        ...{ ref: { type: "ref/resource", uri }, argument: { name, value } },
        context: { arguments: chosen },
      });
      return completion.values;
    };
  const ask = asker(all);
  expect((await ask(item, "agent_id", "AD")).sort()).toEqual(["Adam", "ada"]);
  expect(await ask(space, "namespace", "")).toEqual(expect.arrayContaining(["notes", "plans"]));
  expect(await ask(item, "namespace", "n", { agent_id: "ada" })).toEqual(["notes"]);
  expect(await ask(item, "namespace", "", { agent_id: "Adam" })).toEqual(["plans"]);
  const place = { agent_id: "ada", namespace: "notes" };
  expect(await ask(item, "key", "trip/", place)).toEqual(["trip/lisbon", "trip/oslo"]);
  expect(await ask(item, "key", "", place)).toHaveLength(3);
  expect(await ask(item, "key", "%_", place)).toEqual([]);
  expect(await ask(item, "key", "")).toEqual([]);
  const ofBob = await openClient(
    api.url,
    await keyOf(ctx, { scopes: ["*"], agent_id: "bob" }),
    "modern",
  );
  const askAsBob = asker(ofBob);
  expect(await askAsBob(item, "agent_id", "")).toEqual(["bob"]);
  expect(await askAsBob(item, "key", "", place)).toEqual([]);
  const without = await openClient(api.url, await keyOf(ctx, { scopes: ["tools:read"] }), "modern");
  await expect(asker(without)(item, "agent_id", "")).rejects.toThrow();
  await Promise.all([all.close(), ofBob.close(), without.close()]);
});
