import type { Client } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { configureTenant, setTenantStatus } from "#lib/admin/tenants.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { revokeOffer } from "#lib/federation/offers/provide.ts";
import { acceptAs, federatedTenant, offerTo } from "#lib/federation/offers/testing.ts";
import { getItem } from "#lib/memory/items/read.ts";
import { actingFor } from "#lib/memory/items/testing.ts";
import { putItem } from "#lib/memory/items/verbs.ts";
import type { CreateOfferInput } from "#lib/offers/schema.ts";
import { createPrompt, deletePrompt, putPrompt } from "#lib/prompts/service.ts";
import { putResourceGrants } from "#lib/resources/access/grants.ts";
import { deleteResource, registerResource } from "#lib/resources/service.ts";
import { platformCtx } from "#lib/testing/context.ts";
import type { Listening } from "#lib/testing/deployment.ts";
import { createDynamicTool, registerTool } from "#lib/tools/service.ts";
import { refusal } from "#lib/tools/testing.ts";
import { flushLedger } from "#lib/usage/ledger.ts";
import { reportUsage } from "#lib/usage/service.ts";
import { keyOf, openClient, serveApi } from "./testing.ts";

useTestDatabase();

let api: Listening;
beforeAll(async () => {
  api = await serveApi();
});
afterAll(async () => {
  await api.close();
  await flushLedger();
});

async function pairWith(...offers: (Partial<CreateOfferInput> & { object_id: string })[]) {
  const [provider, consumer] = await Promise.all([federatedTenant(), federatedTenant()]);
  await registerTool(provider, {
    ...{ tool_id: "echo", name: "echo", config: { implementation: "internal:echo" } },
  });
  const text = (words: string) => ({
    messages: [{ role: "user" as const, content: { type: "text" as const, text: words } }],
    arguments: [{ name: "who", required: true }],
  });
  await createPrompt(provider, { name: "greet", ...text("Hello {{who}}") });
  for (const [id, uri] of [
    ["doc", "doc://one"],
    ["other", "doc://two"],
  ] as const) {
    await registerResource(provider, {
      ...{ resource_id: id, name: id, type: "document", uri, content: { text: `words of ${id}` } },
    });
  }
  const place = { agentId: "ada", namespace: "notes", key: "tea" };
  await putItem(provider, place, { content: "likes oolong" });
  await putItem(provider, { ...place, namespace: "private" }, { content: "oolong secret" });
  const made = [];
  for (const each of offers) {
    const { offer_id } = await offerTo(provider, consumer, each);
    await acceptAs(consumer, offer_id);
    made.push(offer_id);
  }
  return { provider, consumer, offers: made, greet: text, place };
}

const open = async (ctx: Ctx, era: "modern" | "legacy" = "modern") =>
  openClient(api.url, await keyOf(ctx), era);

async function call(client: Client, name: string, args: Record<string, unknown>) {
  const { content, isError } = await client.callTool({ name, arguments: args });
  return { text: JSON.stringify(content), isError };
}

const memory = { kind: "memory", object_id: "ada", namespace: "notes" } as const;

test.each(["modern", "legacy"] as const)(
  "a %s client lists, calls, renders, reads and searches what another tenant offers",
  async (era) => {
    const price_micros = 100;
    const { provider, consumer, offers } = await pairWith(
      { object_id: "echo", price_micros },
      { kind: "prompt", object_id: "greet", price_micros },
      { kind: "resource", object_id: "doc", price_micros },
      { ...memory, price_micros },
    );
    const client = await open(consumer, era);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain("acme_echo");
    expect((await call(client, "acme_echo", { a: 1 })).text).toContain("a");
    expect((await client.listPrompts()).prompts.map(({ name }) => name)).toEqual(["acme_greet"]);
    const got = await client.getPrompt({ name: "acme_greet", arguments: { who: "Ada" } });
    expect(got.messages).toMatchObject([{ content: { text: "Hello Ada" } }]);
    const uri = `offer:${offers[2]}:doc://one`;
    expect((await client.listResources()).resources).toMatchObject([{ uri, name: "acme_doc" }]);
    expect((await client.readResource({ uri })).contents).toMatchObject([
      { uri, text: "words of doc" },
    ]);
    const namespace = "acme:notes";
    const found = await call(client, "memory_search", { namespace, query: "oolong" });
    expect(found.text).toContain("likes oolong");
    expect(found.text).not.toContain("secret");
    expect((await call(client, "memory_get", { namespace, key: "tea" })).text).toContain("oolong");
    expect((await call(client, "memory_list", { namespace })).text).toContain("tea");
    expect((await call(client, "memory_list", {})).text).toContain(namespace);
    await flushLedger();
    const own = await reportUsage(consumer, {});
    const theirs = await reportUsage(provider, {});
    expect(own.consumed).toEqual({ calls: 6, micros: 600 });
    expect(theirs.provided).toEqual(own.consumed);
    await client.close();
  },
);

test("nothing but what was offered is reached: no other resource, namespace, agent or key of theirs", async () => {
  const { provider, consumer, offers } = await pairWith(
    { kind: "resource", object_id: "doc" },
    memory,
  );
  const client = await open(consumer);
  for (const uri of [`offer:${offers[0]}:doc://two`, `offer:${offers[1]}:doc://one`, "offer:x:y"]) {
    await expect(client.readResource({ uri })).rejects.toThrow("no ");
  }
  const stranger = await open(await federatedTenant());
  const uri = `offer:${offers[0]}:doc://one`;
  await expect(stranger.readResource({ uri })).rejects.toThrow("no offer");
  for (const args of [
    { namespace: "acme:private", key: "tea" },
    { namespace: "acme:notes", key: "nothing" },
    { agent_id: "ada", namespace: "notes", key: "tea" },
  ]) {
    expect((await call(client, "memory_get", args)).isError).toBe(true);
  }
  const wide = await call(client, "memory_search", { agent_id: "ada", query: "oolong" });
  expect(wide.text).not.toContain("oolong secret");
  const written = await call(client, "memory_set", {
    ...{ namespace: "acme:notes", key: "tea", content: "forged" },
  });
  expect(written.text).toContain("to be read alone");
  expect(await getItem(provider, { agentId: "ada", namespace: "notes", key: "tea" })).toMatchObject(
    {
      content: "likes oolong",
    },
  );
  await Promise.all([client.close(), stranger.close()]);
});

test("a memory that is offered to be written takes what the other tenant writes, and says who", async () => {
  const { provider, consumer, place } = await pairWith({ ...memory, access: "write" });
  const client = await open(consumer);
  const args = { namespace: "acme:notes", key: "coffee", content: ["none"] };
  expect((await call(client, "memory_set", args)).isError).toBeFalsy();
  const more = { namespace: "acme:notes", key: "coffee", values: ["some"] };
  expect((await call(client, "memory_append", more)).isError).toBeFalsy();
  const item = await getItem(provider, { ...place, key: "coffee" });
  expect(item.content).toEqual(["none", "some"]);
  const gone = await call(client, "memory_delete", { namespace: "acme:notes", key: "coffee" });
  expect(gone.isError).toBeFalsy();
  await client.close();
});

test("what an offer's use is told names no agent of the other tenant, and nothing of a registration", async () => {
  const { provider, consumer, offers } = await pairWith({ ...memory, access: "write" });
  await registerResource(provider, {
    ...{ resource_id: "crm", name: "crm", type: "database", uri: "crm://main" },
    ...{ metadata: { owner: "internal-note" }, access_permissions: ["read", "deploy"] },
  });
  const { offer_id } = await offerTo(provider, consumer, { kind: "resource", object_id: "crm" });
  await acceptAs(consumer, offer_id);
  const client = await open(consumer);
  const at = { namespace: "acme:notes" };
  const told = [
    await call(client, "memory_get", { ...at, key: "nothing" }),
    await call(client, "memory_delete", { ...at, key: "nothing" }),
    await call(client, "memory_set", { ...at, key: "tea", content: 1, base_version: 7 }),
    await call(client, "memory_append", { ...at, key: "tea", values: [1] }),
  ];
  for (const { text, isError } of told) {
    expect(isError).toBe(true);
    expect(text).not.toContain("ada");
  }
  const { contents } = await client.readResource({ uri: `offer:${offer_id}:crm://main` });
  const [shown] = contents as { text: string }[];
  expect(shown?.text).toContain('"name":"crm"');
  for (const own of ["internal-note", "deploy", provider.tenantId]) {
    expect(shown?.text).not.toContain(own);
  }
  expect(offers).toHaveLength(1);
  await client.close();
});

test("what another tenant writes pushes nothing out of the memory that was not offered", async () => {
  const { provider, consumer, place } = await pairWith({ ...memory, access: "write" });
  await configureTenant(platformCtx(), {
    ...{ tenant_id: provider.tenantId, name: "full" },
    mcp_config: {
      ...{ federation_enabled: true, max_memory_entries: 2, memory_policy: "evict_oldest" },
    },
  });
  const client = await open(consumer);
  const set = { namespace: "acme:notes", key: "more", content: "x" };
  expect((await call(client, "memory_set", set)).isError).toBe(true);
  const kept = await getItem(provider, { ...place, namespace: "private" });
  expect(kept.content).toBe("oolong secret");
  expect((await putItem(provider, { ...place, key: "own" }, { content: 1 })).version).toBe(1);
  await client.close();
});

test("a key that acts for an agent offers no memory", async () => {
  const { provider, consumer } = await pairWith();
  const made = offerTo(actingFor(provider, "bob"), consumer, memory);
  expect((await refusal(made)).code).toBe("forbidden");
});

test("a resource that is closed in its own tenant is read by its offer, to read and no more", async () => {
  const { provider, consumer, offers } = await pairWith({ kind: "resource", object_id: "doc" });
  await putResourceGrants(provider, "doc", []);
  const client = await open(consumer);
  const { contents } = await client.readResource({ uri: `offer:${offers[0]}:doc://one` });
  expect(contents).toMatchObject([{ text: "words of doc" }]);
  await client.close();
});

test("a prompt is rendered as its tenant has published it now, with its arguments checked", async () => {
  const { provider, consumer, greet } = await pairWith({ kind: "prompt", object_id: "greet" });
  await putPrompt(provider, "greet", greet("Good day {{who}}"));
  const client = await open(consumer);
  const got = await client.getPrompt({ name: "acme_greet", arguments: { who: "Ada" } });
  expect(got.messages).toMatchObject([{ content: { text: "Good day Ada" } }]);
  await expect(client.getPrompt({ name: "acme_greet", arguments: {} })).rejects.toThrow("who");
  await client.close();
});

test("an offered tool has nothing of the caller's: its memory and resources are out of reach", async () => {
  const { provider, consumer } = await pairWith();
  await putItem(consumer, { agentId: "ada", namespace: "notes", key: "mine" }, { content: "own" });
  const code = `const tried = [];
    for (const run of [() => memory.get("ada"), () => resources.read("doc://one")]) {
      tried.push(await run().then(() => "reached", () => "refused"));
    }
    return tried;`;
  const { tool_id } = await createDynamicTool(provider, { name: "spy", implementation: code });
  const { offer_id } = await offerTo(provider, consumer, { object_id: tool_id });
  await acceptAs(consumer, offer_id);
  const client = await open(consumer);
  const { text } = await call(client, "acme_spy", {});
  expect(text).toContain("refused");
  expect(text).not.toContain("reached");
  await client.close();
});

test("clients are told when an offer is revoked or its tenant suspended, and the lists are without it", async () => {
  const { provider, consumer, offers } = await pairWith(
    { object_id: "echo" },
    { kind: "prompt", object_id: "greet" },
  );
  const heard: string[] = [];
  const hear = (what: string) => ({ autoRefresh: false, onChanged: () => void heard.push(what) });
  const client = await openClient(api.url, await keyOf(consumer), "modern", {
    listChanged: { tools: hear("tools"), prompts: hear("prompts") },
  });
  await revokeOffer(provider, offers[0] ?? "");
  await vi.waitFor(() => expect(heard).toContain("tools"), 5_000);
  await vi.waitFor(() => expect(heard).toContain("prompts"), 5_000);
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).not.toContain("acme_echo");
  heard.length = 0;
  await setTenantStatus(platformCtx(), provider.tenantId, "suspended");
  await vi.waitFor(() => expect(heard).toContain("prompts"), 5_000);
  expect((await client.listPrompts()).prompts).toEqual([]);
  await expect(client.getPrompt({ name: "acme_greet", arguments: { who: "x" } })).rejects.toThrow(
    "no prompt",
  );
  await client.close();
});

test("what others use is not deleted before its offers are revoked", async () => {
  const { provider, offers } = await pairWith(
    { kind: "prompt", object_id: "greet" },
    { kind: "resource", object_id: "doc" },
  );
  expect((await refusal(deletePrompt(provider, "greet"))).code).toBe("conflict");
  expect((await refusal(deleteResource(provider, "doc"))).code).toBe("conflict");
  for (const id of offers) await revokeOffer(provider, id);
  await deletePrompt(provider, "greet");
  await deleteResource(provider, "doc");
});
