import { expect, test } from "vitest";
import { database } from "#db/client.ts";
import { toolRevisions } from "#db/schema/tools.ts";
import { useTestDatabase } from "#db/testing/clone.ts";
import { withTenant } from "#db/transaction.ts";
import { listAudit } from "#lib/audit/service.ts";
import { onChange } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { freshTenant, tenantCtx } from "#lib/testing/context.ts";
import { callTool } from "../calls/call.ts";
import { catalogOf, catalogTopic } from "../catalog.ts";
import { deleteTool, getTool, listTools, registerTool } from "../service.ts";
import { refusal } from "../testing.ts";
import { saveDraft } from "./drafts.ts";
import { archiveTool, publishRevision, rollBackTool, unarchiveTool } from "./publish.ts";
import { diffRevisions, getRevision, listRevisions } from "./revisions.ts";

useTestDatabase();

const config = { implementation: "internal:echo" };

/** A tool "t" with revision n saying n in its description, the last one published. */
async function withRevisions(count: number, rest = {}): Promise<Ctx> {
  const ctx = await freshTenant();
  for (let at = 1; at <= count; at++) {
    await registerTool(ctx, { tool_id: "t", name: "echo", config, description: `${at}`, ...rest });
  }
  return ctx;
}

async function ran(ctx: Ctx): Promise<unknown> {
  const result = await callTool(ctx, { toolId: "t", arguments: {} });
  return result._meta?.["tausestack/revision"];
}

test("publishing the draft makes it what is listed and what the next call runs, and says so", async () => {
  const ctx = await withRevisions(1);
  expect(await ran(ctx)).toBe(1);
  await saveDraft(ctx, "t", { name: "renamed", config, description: "2" });
  const published = await publishRevision(ctx, "t", {});
  expect(published).toMatchObject({
    ...{ tool_id: "t", name: "renamed", mcp_name: "renamed", description: "2" },
    ...{ status: "published", revision: 2, latest_revision: 2, has_draft: false },
  });
  expect(await ran(ctx)).toBe(2);
  expect((await catalogOf(ctx.tenantId)).listed.map(({ name }) => name)).toEqual(["renamed"]);
  expect(await publishRevision(ctx, "t", { revision: 2 })).toEqual(published);
  expect((await refusal(publishRevision(ctx, "t", {}))).code).toBe("conflict");
  expect((await refusal(publishRevision(ctx, "t", { revision: 9 }))).code).toBe("not_found");
});

test("an error of a call says which revision it was of", async () => {
  const ctx = await withRevisions(1, { parameters: { q: { type: "string", required: true } } });
  const result = await callTool(ctx, { toolId: "t", arguments: {} });
  expect(result).toMatchObject({ isError: true, _meta: { "tausestack/revision": 1 } });
});

test("rolling back is all of the earlier revision, and going forward is publishing", async () => {
  const ctx = await withRevisions(3);
  const back = await rollBackTool(ctx, "t", { revision: 1, note: "3 was bad" });
  expect(back).toMatchObject({ revision: 1, latest_revision: 3, description: "1" });
  expect(await ran(ctx)).toBe(1);
  const later = await refusal(rollBackTool(ctx, "t", { revision: 3 }));
  expect(later).toMatchObject({ code: "invalid_request", errors: [{ pointer: "/revision" }] });
  await publishRevision(ctx, "t", { revision: 3 });
  expect(await ran(ctx)).toBe(3);
  const actions = (await listAudit(ctx, {})).items.map(({ action, after }) => [
    action,
    (after as { note?: string } | null)?.note,
  ]);
  expect(actions.slice(0, 2)).toEqual([
    ["tool.publish", ""],
    ["tool.roll_back", "3 was bad"],
  ]);
});

test("a roll back to a name that another tool has by now is a conflict, and changes nothing", async () => {
  const ctx = await withRevisions(1);
  await registerTool(ctx, { tool_id: "t", name: "renamed", config });
  await registerTool(ctx, { tool_id: "other", name: "echo", config });
  const error = await refusal(rollBackTool(ctx, "t", { revision: 1 }));
  expect(error).toMatchObject({ code: "conflict", errors: [{ pointer: "/name" }] });
  expect(await getTool(ctx, "t")).toMatchObject({ name: "renamed", revision: 2 });
});

test("an archived tool is in no list and says why it cannot be called; its name is free", async () => {
  const ctx = await withRevisions(1);
  expect(await archiveTool(ctx, "t")).toMatchObject({ status: "archived", revision: 1 });
  expect((await catalogOf(ctx.tenantId)).listed).toEqual([]);
  expect((await listTools(ctx, { include_dynamic: true })).items).toEqual([]);
  const error = await refusal(callTool(ctx, { mcpName: "echo", arguments: {} }));
  expect(error).toMatchObject({ code: "not_found" });
  expect(error.message).toContain("is archived");
  await registerTool(ctx, { tool_id: "next", name: "echo", config });
  expect((await refusal(unarchiveTool(ctx, "t"))).code).toBe("conflict");
  await deleteTool(ctx, "next");
  expect(await unarchiveTool(ctx, "t")).toMatchObject({ status: "published" });
  expect(await ran(ctx)).toBe(1);
});

test("registering or publishing takes a tool out of the archive", async () => {
  const ctx = await withRevisions(2);
  await archiveTool(ctx, "t");
  const again = await registerTool(ctx, { tool_id: "t", name: "echo", config, description: "2" });
  expect(again).toMatchObject({ status: "published", revision: 2, latest_revision: 2 });
  await archiveTool(ctx, "t");
  await rollBackTool(ctx, "t", { revision: 2 });
  expect(await ran(ctx)).toBe(2);
});

test("clients are told of what is published and archived, and of no draft", async () => {
  const ctx = await withRevisions(1);
  let told = 0;
  onChange((change) => {
    if (change !== "everything" && change.topic === catalogTopic && change.key === ctx.tenantId) {
      told++;
    }
  });
  const heard = async (work: () => Promise<unknown>) => {
    told = 0;
    await work();
    return told > 0;
  };
  const draft = { name: "echo", config, description: "2" };
  expect(await heard(() => saveDraft(ctx, "t", draft))).toBe(false);
  expect(await heard(() => publishRevision(ctx, "t", {}))).toBe(true);
  expect(await heard(() => rollBackTool(ctx, "t", { revision: 1 }))).toBe(true);
  expect(await heard(() => archiveTool(ctx, "t"))).toBe(true);
});

test("two revisions are compared field by field, with headers masked for readers", async () => {
  const ctx = await freshTenant();
  const at = { implementation: "https://api.example.com", headers: { "x-a": "hush" } };
  await registerTool(ctx, { tool_id: "t", name: "a", config: at });
  const parameters = { q: { type: "string" } };
  await saveDraft(ctx, "t", {
    name: "b",
    config: { ...at, headers: { "x-a": "new" } },
    parameters,
  });
  const diff = await diffRevisions(ctx, "t", {});
  expect(diff).toEqual({
    ...{ tool_id: "t", from: 1, to: 2, truncated: false },
    changes: [
      { pointer: "/config/headers/x-a", kind: "changed", old: "hush", new: "new" },
      { pointer: "/name", kind: "changed", old: "a", new: "b" },
      { pointer: "/parameters/q", kind: "added", new: { type: "string" } },
    ],
  });
  const reader = tenantCtx(ctx.tenantId, ["tools:read"]);
  const shown = await diffRevisions(reader, "t", { from: "1", to: "2" });
  expect(JSON.stringify(shown)).not.toContain("hush");
  expect((await refusal(diffRevisions(ctx, "t", { from: "7" }))).code).toBe("not_found");
  expect((await refusal(diffRevisions(ctx, "t", { from: "x" }))).code).toBe("invalid_request");
});

test("revisions are listed page by page, newest first", async () => {
  const ctx = await withRevisions(3);
  const first = await listRevisions(ctx, "t", { limit: 2 });
  const second = await listRevisions(ctx, "t", { limit: 2, cursor: first.next ?? undefined });
  const numbers = [first, second].map(({ items }) => items.map(({ revision }) => revision));
  expect([numbers, second.next]).toEqual([[[3, 2], [1]], null]);
});

test("of many publications at once each is whole, and the last one is what runs", async () => {
  const ctx = await withRevisions(5);
  await Promise.all(
    [1, 2, 3, 4, 5, 1, 2, 3].map((revision) => publishRevision(ctx, "t", { revision })),
  );
  const { revision, description } = await getTool(ctx, "t");
  expect(description).toBe(`${revision}`);
  expect(await ran(ctx)).toBe(revision);
});

test("the newest 200 revisions are kept, and the published one and the draft besides", async () => {
  const ctx = await withRevisions(1);
  const save = (at: number) => saveDraft(ctx, "t", { name: "echo", config, description: `d${at}` });
  for (let at = 2; at <= 205; at++) await save(at);
  const { items } = await listRevisions(ctx, "t", {});
  const numbers = items.map(({ revision }) => revision);
  expect(numbers).toEqual([...Array.from({ length: 200 }, (_, at) => 205 - at), 1]);
  expect(await getRevision(ctx, "t", "1")).toMatchObject({ is_published: true });
  await publishRevision(ctx, "t", {});
  await save(206);
  expect((await refusal(getRevision(ctx, "t", "1"))).code).toBe("not_found");
}, 60_000);

test("the database itself lets nobody change a revision, or take away one that counts", async () => {
  const ctx = await withRevisions(2);
  const of = withTenant(ctx.tenantId, (tx) => tx.update(toolRevisions).set({ note: "x" }));
  await expect(of).rejects.toMatchObject({ cause: { code: "42501" } });
  const gone = withTenant(ctx.tenantId, (tx) => tx.delete(toolRevisions));
  await expect(gone).rejects.toThrow();
  expect((await listRevisions(ctx, "t", {})).items).toHaveLength(2);
  await deleteTool(ctx, "t");
  const left = await database().owner`
    select from tool_revisions where tenant_id = ${ctx.tenantId}`;
  expect(left).toHaveLength(0);
});

test("another tenant's tool is a 404 to every verb, and a scope that lacks a 403", async () => {
  const owner = await withRevisions(2);
  const verbs = (ctx: Ctx) => [
    ...[publishRevision(ctx, "t", { revision: 1 }), rollBackTool(ctx, "t", { revision: 1 })],
    ...[archiveTool(ctx, "t"), unarchiveTool(ctx, "t")],
  ];
  const other = await freshTenant();
  const foreign = [...verbs(other), diffRevisions(other, "t", { from: "1", to: "2" })];
  for (const { code } of await Promise.all(foreign.map(refusal))) expect(code).toBe("not_found");
  const reader = tenantCtx(owner.tenantId, ["tools:read"]);
  for (const { code } of await Promise.all(verbs(reader).map(refusal))) {
    expect(code).toBe("insufficient_scope");
  }
  expect(await getTool(owner, "t")).toMatchObject({ revision: 2, status: "published" });
});
