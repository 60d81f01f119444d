import type { Client } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import {
  addResourceGrant,
  putResourceGrants,
  revokeResourceGrant,
} from "#lib/resources/access/grants.ts";
import { putContent } from "#lib/resources/contents.ts";
import { registerResource } from "#lib/resources/service.ts";
import { freshTenant } from "#lib/testing/context.ts";
import type { Listening } from "#lib/testing/deployment.ts";
import { registerTool } from "#lib/tools/service.ts";
import { flushLedger } from "#lib/usage/ledger.ts";
import { type Era, keyOf, openClient, serveApi } from "./testing.ts";

useTestDatabase();

let server: Listening;

beforeAll(async () => {
  server = await serveApi();
});

afterAll(async () => {
  await server.close();
  await flushLedger();
});

const robot = { type: "agent", id: "robot" } as const;
const eras = ["modern", "legacy"] satisfies Era[];

/** A tenant with two documents and a template of each kind: open to all, and granted to the robot. */
async function tenantWithBoth(): Promise<Ctx> {
  const ctx = await freshTenant();
  for (const kind of ["open", "secret"]) {
    await registerResource(ctx, {
      ...{ resource_id: kind, name: kind, type: "doc", uri: `doc://${kind}` },
      content: { text: kind },
    });
    await registerResource(ctx, {
      ...{ resource_id: `${kind}s`, name: kind, type: "doc", uri: `${kind}s://{id}` },
      ...{ content: { text: kind }, metadata: { completions: { id: ["1"] } } },
    });
  }
  for (const id of ["secret", "secrets"]) {
    await addResourceGrant(ctx, id, { subject: robot, permissions: ["read"] });
  }
  return ctx;
}

const clientOf = async (ctx: Ctx, era: Era, agent?: string): Promise<Client> =>
  openClient(server.url, await keyOf(ctx, agent === undefined ? {} : { agent_id: agent }), era);

const uris = async (client: Client) =>
  (await client.listResources()).resources.map(({ uri }) => uri);

const missing = { code: -32602, data: { code: "not_found" } };

/** The tenant's own: those of the agents' memory are there besides. */
async function templates(client: Client): Promise<string[]> {
  const { resourceTemplates } = await client.listResourceTemplates();
  return resourceTemplates
    .map(({ uriTemplate }) => uriTemplate)
    .filter((template) => !template.startsWith("memory://"));
}

test.each(eras)("a %s client is shown what it may read, and the rest is not there", async (era) => {
  const ctx = await tenantWithBoth();
  const agent = await clientOf(ctx, era, "robot");
  const other = await clientOf(ctx, era);
  expect(await uris(agent)).toEqual(["doc://open", "doc://secret"]);
  expect(await uris(other)).toEqual(["doc://open"]);
  expect(await templates(other)).toEqual(["opens://{id}"]);
  expect(await templates(agent)).toEqual(["opens://{id}", "secrets://{id}"]);
  for (const uri of ["doc://secret", "secrets://1"]) {
    expect((await agent.readResource({ uri })).contents).toMatchObject([{ text: "secret" }]);
    await expect(other.readResource({ uri })).rejects.toMatchObject(missing);
  }
  const ref = { type: "ref/resource", uri: "secrets://{id}" } as const;
  const argument = { name: "id", value: "" };
  expect((await agent.complete({ ref, argument })).completion.values).toEqual(["1"]);
  await expect(other.complete({ ref, argument })).rejects.toMatchObject(missing);
  if (era === "legacy") {
    await expect(other.subscribeResource({ uri: "doc://secret" })).rejects.toMatchObject(missing);
  }
  await Promise.all([agent.close(), other.close()]);
});

test.each(eras)(
  "a %s client is told of changes of what it may read, and of none once the grant is revoked",
  async (era) => {
    const ctx = await tenantWithBoth();
    await registerResource(ctx, {
      ...{ resource_id: "brief", name: "brief", type: "doc", uri: "doc://brief" },
    });
    const { grant_id } = await addResourceGrant(ctx, "brief", {
      ...{ subject: robot, permissions: ["read"] },
    });
    const [agent, other] = [await clientOf(ctx, era, "robot"), await clientOf(ctx, era)];
    // A change may be told twice, as it reaches a process directly and as the database's notice.
    const told = { agent: new Set<string>(), other: new Set<string>() };
    for (const [client, heard] of [
      [agent, told.agent],
      [other, told.other],
    ] as const) {
      client.setNotificationHandler("notifications/resources/updated", ({ params }) => {
        heard.add(params.uri);
      });
      const all = ["doc://brief", "doc://open", "doc://secret"];
      if (era === "modern") await client.listen({ resourceSubscriptions: all });
      else for (const uri of await uris(client)) await client.subscribeResource({ uri });
    }
    const write = (id: string) =>
      putContent(ctx, id, { bytes: Buffer.from("new"), mimeType: "text/plain" });
    await write("secret");
    await vi.waitFor(() => expect(told.agent).toContain("doc://secret"), { timeout: 10_000 });
    await revokeResourceGrant(ctx, "brief", grant_id);
    await write("brief");
    // What is open comes after it on the same way, so that the one before would have come by then.
    await write("open");
    for (const heard of [told.agent, told.other]) {
      await vi.waitFor(() => expect(heard).toContain("doc://open"), { timeout: 10_000 });
    }
    expect(told).toEqual({
      agent: new Set(["doc://secret", "doc://open"]),
      other: new Set(["doc://open"]),
    });
    await Promise.all([agent.close(), other.close()]);
  },
);

test("clients hear that the list of resources changed when a grant does", async () => {
  const ctx = await tenantWithBoth();
  const told: string[] = [];
  const client = await openClient(server.url, await keyOf(ctx), "modern", {
    listChanged: { resources: { autoRefresh: false, onChanged: () => void told.push("list") } },
  });
  await putResourceGrants(ctx, "open", []);
  await vi.waitFor(() => expect(told).toContain("list"), { timeout: 10_000 });
  await client.close();
});

test("the platform's tools find, read and link what the caller may use, and say what that is", async () => {
  const ctx = await tenantWithBoth();
  const agent = await clientOf(ctx, "modern", "robot");
  const other = await clientOf(ctx, "modern");
  const call = (client: Client, name: string, args = {}) =>
    client.callTool({ name, arguments: args });
  const listed = async (client: Client) => {
    const { content, structuredContent } = await call(client, "resource_list");
    const { resources } = structuredContent as { resources: { uri: string }[] };
    const links = content.flatMap((block) => (block.type === "resource_link" ? [block.uri] : []));
    return [resources.map(({ uri }) => uri), links];
  };
  const all = ["doc://open", "opens://{id}", "doc://secret", "secrets://{id}"];
  expect(await listed(agent)).toEqual([all, all]);
  expect(await listed(other)).toEqual([all.slice(0, 2), all.slice(0, 2)]);
  const uri = "doc://secret";
  expect(await call(agent, "resource_read", { uri })).not.toHaveProperty("isError");
  expect(await call(other, "resource_read", { uri })).toMatchObject({ isError: true });
  const own = await call(agent, "resource_access", { uri });
  expect(own.structuredContent).toMatchObject({ resource_id: "secret", uri });
  const { permissions } = own.structuredContent as { permissions: Record<string, unknown>[] };
  expect(permissions.filter((each) => each.allowed)).toMatchObject([
    { permission: "read", conditions: [{}], reason: expect.stringContaining("agent robot") },
  ]);
  expect(await call(other, "resource_access", { uri })).toMatchObject({ isError: true });
  await Promise.all([agent.close(), other.close()]);
});

test("a code tool reads, lists and checks under its caller's grants, a word of the tenant's own too", async () => {
  const ctx = await tenantWithBoth();
  await registerResource(ctx, {
    ...{ resource_id: "crm", name: "crm", type: "database", uri: "postgres://db/crm" },
    access_permissions: ["read", "export"],
  });
  const { grant_id } = await addResourceGrant(ctx, "crm", {
    ...{ subject: robot, permissions: ["export"], conditions: { tables: ["orders"] } },
  });
  const implementation = `
    const may = async (use) => (await resources.check("crm", "export", use)).allowed;
    const { resources: found } = await resources.list();
    const read = await resources.read("doc://secret").catch((error) => error.code);
    return { ids: found.map((each) => each.resource_id), read: read[0]?.text ?? read,
      may: [await may(), await may({ tables: ["orders"] }), await may({ tables: ["users"] })] };`;
  await registerTool(ctx, { tool_id: "t", name: "t", config: { implementation } });
  const agent = await clientOf(ctx, "modern", "robot");
  const outcome = async (client: Client) =>
    (await client.callTool({ name: "t", arguments: {} })).structuredContent;
  expect(await outcome(agent)).toEqual({
    ...{ ids: ["crm", "open", "opens", "secret", "secrets"], read: "secret" },
    may: [true, true, false],
  });
  await revokeResourceGrant(ctx, "crm", grant_id);
  const other = await clientOf(ctx, "modern");
  await registerTool(ctx, {
    ...{ tool_id: "t", name: "t" },
    config: { implementation: implementation.replace("await may(), ", "") },
  });
  // Whoever governs resources is told why not; nothing is usable for that.
  expect(await outcome(other)).toEqual({
    ...{ ids: ["open", "opens"], read: "not_found" },
    may: [false, false],
  });
  await Promise.all([agent.close(), other.close()]);
});
