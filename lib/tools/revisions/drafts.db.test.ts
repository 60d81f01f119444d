import { expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { listAudit } from "#lib/audit/service.ts";
import { freshTenant, tenantCtx } from "#lib/testing/context.ts";
import { callTool } from "../calls/call.ts";
import { getTool, listTools, registerTool } from "../service.ts";
import { refusal } from "../testing.ts";
import { createDraft, discardDraft, getDraft, saveDraft } from "./drafts.ts";
import { publishRevision } from "./publish.ts";
import { getRevision, listRevisions } from "./revisions.ts";

useTestDatabase();

const config = { implementation: "internal:echo" };
const echo = { name: "echo", config };

test("a tool created as a draft is in no list of published ones, and a call says why", async () => {
  const ctx = await freshTenant();
  const made = await createDraft(ctx, { tool_id: "t", ...echo });
  expect(made).toMatchObject({
    ...{ tool_id: "t", status: "draft", revision: null, latest_revision: 1, has_draft: true },
  });
  expect((await listTools(ctx, { include_dynamic: true })).items).toEqual([]);
  const drafts = await listTools(ctx, { include_dynamic: true, status: "draft" });
  expect(drafts.items).toEqual([made]);
  for (const call of [{ toolId: "t" }, { mcpName: "echo" }]) {
    const error = await refusal(callTool(ctx, { ...call, arguments: {} }));
    expect(error.code).toBe("not_found");
    expect(error.message).toContain("draft that was never published");
  }
});

test("a draft of a published tool changes nothing that calls or lists see", async () => {
  const ctx = await freshTenant();
  const before = await registerTool(ctx, { tool_id: "t", ...echo });
  const draft = await saveDraft(ctx, "t", { ...echo, name: "renamed", note: "why" });
  expect(draft).toMatchObject({
    ...{ revision: 2, is_draft: true, is_published: false, name: "renamed", note: "why" },
    created_by: { type: "key", id: "key_test" },
  });
  const after = await getTool(ctx, "t");
  expect(after).toEqual({ ...before, latest_revision: 2, has_draft: true, draft_revision: 2 });
  const result = await callTool(ctx, { mcpName: "echo", arguments: { a: 1 } });
  expect(result._meta).toEqual({ "tausestack/revision": 1 });
  expect((await getDraft(ctx, "t")).draft).toEqual(draft);
});

test("a save that changes nothing makes no revision, whatever the order of the fields", async () => {
  const ctx = await freshTenant();
  await registerTool(ctx, { tool_id: "t", ...echo });
  await registerTool(ctx, { config, tool_id: "t", name: "echo" });
  expect((await saveDraft(ctx, "t", echo)).revision).toBe(1);
  expect(await getTool(ctx, "t")).toMatchObject({ latest_revision: 1, has_draft: false });
  await saveDraft(ctx, "t", { ...echo, description: "new" });
  expect((await saveDraft(ctx, "t", { description: "new", ...echo })).revision).toBe(2);
  // Back to what is published is a change of the draft.
  expect((await saveDraft(ctx, "t", echo)).revision).toBe(3);
});

test("registering what the draft says publishes the draft", async () => {
  const ctx = await freshTenant();
  await registerTool(ctx, { tool_id: "t", ...echo });
  await saveDraft(ctx, "t", { ...echo, description: "new" });
  const after = await registerTool(ctx, { tool_id: "t", ...echo, description: "new" });
  expect(after).toMatchObject({ revision: 2, latest_revision: 2, has_draft: false });
});

test("registering something else keeps the draft that somebody works on", async () => {
  const ctx = await freshTenant();
  await registerTool(ctx, { tool_id: "t", ...echo });
  await saveDraft(ctx, "t", { ...echo, description: "mine" });
  const after = await registerTool(ctx, { tool_id: "t", ...echo, description: "theirs" });
  expect(after).toMatchObject({ revision: 3, latest_revision: 3, has_draft: true });
  expect((await getDraft(ctx, "t")).draft.description).toBe("mine");
});

test("a draft made on another revision than the latest is a conflict; of many at once one is saved", async () => {
  const ctx = await freshTenant();
  await registerTool(ctx, { tool_id: "t", ...echo });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 10 }, (_, at) =>
      saveDraft(ctx, "t", { ...echo, description: `${at}`, base_revision: 1 }),
    ),
  );
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  const late = await refusal(saveDraft(ctx, "t", { ...echo, base_revision: 1 }));
  expect(late).toMatchObject({ code: "conflict", extra: { latest_revision: 2 } });
});

test("a discarded draft stays in the history, and the next save has a number of its own", async () => {
  const ctx = await freshTenant();
  await registerTool(ctx, { tool_id: "t", ...echo });
  await saveDraft(ctx, "t", { ...echo, description: "no" });
  expect(await discardDraft(ctx, "t")).toMatchObject({ revision: 1, has_draft: false });
  expect((await refusal(getDraft(ctx, "t"))).code).toBe("not_found");
  expect((await refusal(discardDraft(ctx, "t"))).code).toBe("not_found");
  expect(await getRevision(ctx, "t", "2")).toMatchObject({ description: "no", is_draft: false });
  expect((await saveDraft(ctx, "t", { ...echo, description: "yes" })).revision).toBe(3);
  const { items } = await listRevisions(ctx, "t", {});
  expect(
    items.map(({ revision, is_draft, is_published }) => [revision, is_draft, is_published]),
  ).toEqual([
    [3, true, false],
    [2, false, false],
    [1, false, true],
  ]);
});

test("what was never published cannot be discarded, and shows its latest save", async () => {
  const ctx = await freshTenant();
  await createDraft(ctx, { tool_id: "t", ...echo });
  await saveDraft(ctx, "t", { ...echo, name: "better" });
  expect(await getTool(ctx, "t")).toMatchObject({ name: "better", mcp_name: "better" });
  expect((await refusal(discardDraft(ctx, "t"))).code).toBe("conflict");
});

test("a draft is checked as a registration is, and an id that is taken is a conflict", async () => {
  const ctx = await freshTenant();
  await registerTool(ctx, { tool_id: "t", ...echo });
  const wrong = await refusal(saveDraft(ctx, "t", { ...echo, parameters: { a: 1 } }));
  expect(wrong.errors?.map(({ pointer }) => pointer)).toEqual(["/parameters/a"]);
  const taken = await refusal(createDraft(ctx, { tool_id: "t", ...echo }));
  expect(taken).toMatchObject({ code: "conflict", errors: [{ pointer: "/tool_id" }] });
  const made = await createDraft(ctx, echo);
  expect(made.tool_id).toMatch(/^tool_[0-9a-f]{32}$/);
});

test("drafts count towards max_tools", async () => {
  const ctx = await freshTenant({ tool_limits: { max_tools: 1 } });
  await createDraft(ctx, echo);
  expect((await refusal(createDraft(ctx, echo))).code).toBe("limit_exceeded");
});

test.each(["memory_get", "tausestack_x", "Platform.y"])(
  "%s is reserved, already for a draft",
  async (name) => {
    const ctx = await freshTenant();
    expect((await refusal(createDraft(ctx, { ...echo, name }))).code).toBe("conflict");
    expect((await refusal(registerTool(ctx, { tool_id: "t", ...echo, name }))).code).toBe(
      "conflict",
    );
    await registerTool(ctx, { tool_id: "t", ...echo });
    const error = await refusal(saveDraft(ctx, "t", { ...echo, name }));
    expect(error).toMatchObject({ code: "conflict", errors: [{ pointer: "/name" }] });
  },
);

test("two drafts may have one name; the second to be published is told whose it is", async () => {
  const ctx = await freshTenant();
  await createDraft(ctx, { tool_id: "a", ...echo });
  await createDraft(ctx, { tool_id: "b", ...echo });
  await publishRevision(ctx, "a", {});
  const error = await refusal(publishRevision(ctx, "b", {}));
  expect(error).toMatchObject({ code: "conflict", errors: [{ pointer: "/name" }] });
  expect(error.message).toContain('"echo"');
  expect((await getTool(ctx, "b")).status).toBe("draft");
});

test("another tenant's tool is a 404 to every verb, and a scope that lacks a 403", async () => {
  const owner = await freshTenant();
  const other = await freshTenant();
  await registerTool(owner, { tool_id: "t", ...echo });
  await saveDraft(owner, "t", { ...echo, description: "secret" });
  const foreign = [
    ...[saveDraft(other, "t", echo), getDraft(other, "t"), discardDraft(other, "t")],
    ...[listRevisions(other, "t", {}), getRevision(other, "t", "1")],
  ];
  for (const error of await Promise.all(foreign.map(refusal))) {
    expect(error).toMatchObject({ code: "not_found", message: 'There is no tool "t".' });
  }
  const reader = tenantCtx(owner.tenantId, ["tools:read"]);
  const writer = tenantCtx(owner.tenantId, ["tools:write"]);
  const lacking = [
    ...[createDraft(reader, echo), saveDraft(reader, "t", echo), discardDraft(reader, "t")],
    ...[getDraft(writer, "t"), listRevisions(writer, "t", {}), getRevision(writer, "t", "1")],
  ];
  for (const { code } of await Promise.all(lacking.map(refusal))) {
    expect(code).toBe("insufficient_scope");
  }
});

test("headers of a draft are masked for readers and in the audit log, which has every step", async () => {
  const ctx = await freshTenant();
  const withHeader = {
    name: "h",
    config: { implementation: "https://api.example.com", headers: { "x-custom": "hush" } },
  };
  await createDraft(ctx, { tool_id: "t", ...withHeader });
  await saveDraft(ctx, "t", { ...withHeader, description: "2" });
  await publishRevision(ctx, "t", { note: "go" });
  await saveDraft(ctx, "t", { ...withHeader, description: "3" });
  const reader = tenantCtx(ctx.tenantId, ["tools:read"]);
  const seen = [(await getDraft(reader, "t")).draft, await getRevision(reader, "t", "1")];
  expect(JSON.stringify(seen)).not.toContain("hush");
  expect(JSON.stringify(await getRevision(ctx, "t", "1"))).toContain("hush");
  await discardDraft(ctx, "t");
  const entries = (await listAudit(ctx, {})).items.filter((each) => each.target_type === "tool");
  expect(entries.map(({ action }) => action).reverse()).toEqual([
    ...["tool.create", "tool.save_draft", "tool.publish", "tool.save_draft"],
    "tool.discard_draft",
  ]);
  expect(entries[2]).toMatchObject({ after: { note: "go", revision: 2 } });
  expect(JSON.stringify(entries)).not.toContain("hush");
});
