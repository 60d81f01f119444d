import { expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { configureTenant, deleteTenant } from "#lib/admin/tenants.ts";
import { listAudit } from "#lib/audit/service.ts";
import { freshTenant, platformCtx, tenantCtx } from "#lib/testing/context.ts";
import { promptCatalogOf } from "./catalog.ts";
import { completePromptArgument } from "./completion.ts";
import { renderPrompt } from "./render.ts";
import { createPrompt, deletePrompt, getPrompt, listPrompts, putPrompt } from "./service.ts";
import { greet, plain, refusal, written } from "./testing.ts";
import { getPromptVersion, listPromptVersions, restorePromptVersion } from "./versions.ts";

useTestDatabase();

test("a created prompt is version 1 and reads back as it was given", async () => {
  const ctx = await freshTenant();
  const made = await createPrompt(ctx, greet());
  expect(made).toMatchObject({
    ...{ name: "greet", title: "Greeting", version: 1, latest_version: 1 },
    tenant_id: ctx.tenantId,
    messages: greet().messages,
  });
  expect(await getPrompt(ctx, "greet")).toEqual(made);
});

test("a name that is taken is a conflict that points at it", async () => {
  const ctx = await freshTenant();
  await createPrompt(ctx, greet());
  const error = await refusal(createPrompt(ctx, greet()));
  expect(error).toMatchObject({ code: "conflict", errors: [{ pointer: "/name" }] });
});

test("a prompt created many times at once is there once", async () => {
  const ctx = await freshTenant();
  const outcomes = await Promise.allSettled(
    Array.from({ length: 12 }, () => createPrompt(ctx, greet())),
  );
  const refused = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(refused.map(({ reason }) => reason.code)).toEqual(new Array(11).fill("conflict"));
  expect((await getPrompt(ctx, "greet")).version).toBe(1);
});

test("a deleted prompt takes its versions along, and its name begins anew", async () => {
  const ctx = await freshTenant();
  await createPrompt(ctx, greet());
  await putPrompt(ctx, "greet", written("Hi"));
  await deletePrompt(ctx, "greet");
  expect((await refusal(getPrompt(ctx, "greet"))).status).toBe(404);
  expect((await refusal(deletePrompt(ctx, "greet"))).status).toBe(404);
  expect((await refusal(listPromptVersions(ctx, "greet", {}))).status).toBe(404);
  expect((await createPrompt(ctx, greet())).version).toBe(1);
  expect((await refusal(getPromptVersion(ctx, "greet", "2"))).status).toBe(404);
});

test("prompts are listed by name, page by page, without messages, and found by name or title", async () => {
  const ctx = await freshTenant();
  for (const name of ["d", "b", "a", "c"]) await createPrompt(ctx, plain(name));
  await createPrompt(ctx, greet());
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listPrompts(ctx, { limit: 2, cursor });
    seen.push(...page.items.map(({ name }) => name));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  expect(seen).toEqual(["a", "b", "c", "d", "greet"]);
  const [found, ...others] = (await listPrompts(ctx, { search: "GREETING" })).items;
  expect(others).toEqual([]);
  expect(found).toMatchObject({
    name: "greet",
    messages_count: 1,
    arguments: [{ name: "who" }, {}],
  });
  expect(JSON.stringify(found)).not.toContain("Español");
});

test("a prompt is rendered with its arguments, also an older version of it", async () => {
  const ctx = await freshTenant();
  await createPrompt(ctx, greet());
  await putPrompt(ctx, "greet", written("Hi {{who}}"));
  const text = async (version?: number) =>
    (await renderPrompt(ctx, "greet", { who: "Ana" }, version)).messages[0]?.content;
  expect(await text()).toEqual({ type: "text", text: "Hi Ana" });
  expect(await text(1)).toEqual({ type: "text", text: "Greet Ana in ." });
  const missing = await refusal(renderPrompt(ctx, "greet", { language: "English" }));
  expect(missing).toMatchObject({ code: "invalid_request", message: "argument who: is required" });
  expect((await refusal(renderPrompt(ctx, "greet", { who: "" }, 9))).status).toBe(404);
});

test("an argument's values are offered, and one that the prompt lacks is named", async () => {
  const ctx = await freshTenant();
  await createPrompt(ctx, greet());
  expect(await completePromptArgument(ctx, "greet", "language", "esp")).toEqual({
    ...{ values: ["Español"], total: 1, hasMore: false },
  });
  const unknown = await refusal(completePromptArgument(ctx, "greet", "nope", ""));
  expect(unknown.message).toContain("who, language");
});

test("the catalog has MCP's prompts in order of name, and follows every change", async () => {
  const ctx = await freshTenant();
  await createPrompt(ctx, greet());
  await createPrompt(ctx, plain("Zeta"));
  expect((await promptCatalogOf(ctx.tenantId)).listed).toEqual([
    { name: "Zeta" },
    {
      ...{ name: "greet", title: "Greeting", description: "Says hello" },
      arguments: [
        { name: "who", required: true },
        { name: "language", title: "Language", required: false },
      ],
    },
  ]);
  await putPrompt(ctx, "greet", { ...written("x"), title: "Second" });
  expect((await promptCatalogOf(ctx.tenantId)).listed[1]?.title).toBe("Second");
  await restorePromptVersion(ctx, "greet", "1");
  expect((await promptCatalogOf(ctx.tenantId)).listed[1]?.title).toBe("Greeting");
  await deletePrompt(ctx, "greet");
  expect((await promptCatalogOf(ctx.tenantId)).listed).toEqual([{ name: "Zeta" }]);
  await deleteTenant(platformCtx(), ctx.tenantId);
  expect((await promptCatalogOf(ctx.tenantId)).listed).toEqual([]);
});

test("another tenant's prompt is a 404 that tells nothing, and stays", async () => {
  const owner = await freshTenant();
  const other = await freshTenant();
  await createPrompt(owner, greet());
  const outcomes = [
    getPrompt(other, "greet"),
    deletePrompt(other, "greet"),
    listPromptVersions(other, "greet", {}),
    getPromptVersion(other, "greet", "1"),
    restorePromptVersion(other, "greet", "1"),
    renderPrompt(other, "greet", { who: "x" }),
    completePromptArgument(other, "greet", "who", ""),
  ];
  for (const error of await Promise.all(outcomes.map(refusal))) {
    expect([error.status, error.message]).toEqual([404, 'There is no prompt "greet".']);
  }
  expect((await listPrompts(other, {})).items).toEqual([]);
  expect((await promptCatalogOf(other.tenantId)).listed).toEqual([]);
  await putPrompt(other, "greet", written("own"));
  expect((await getPrompt(owner, "greet")).version).toBe(1);
  expect((await getPrompt(owner, "greet")).messages).toEqual(greet().messages);
});

test("names and versions that cannot be are missing ones", async () => {
  const ctx = await freshTenant();
  await createPrompt(ctx, greet());
  for (const name of ["a\0b", "\ud800", "a b", "new"]) {
    expect((await refusal(getPrompt(ctx, name))).status).toBe(404);
    expect((await refusal(putPrompt(ctx, name, written()))).status).toBe(400);
  }
  for (const version of ["0", "-1", "x", "1.0", "99999999999", "2147483648"]) {
    expect((await refusal(getPromptVersion(ctx, "greet", version))).status).toBe(404);
    expect((await refusal(restorePromptVersion(ctx, "greet", version))).status).toBe(404);
  }
});

test("each verb needs its scope", async () => {
  const { tenantId } = await freshTenant();
  const reader = tenantCtx(tenantId, ["prompts:read"]);
  const writer = tenantCtx(tenantId, ["prompts:write"]);
  const outcomes = [
    createPrompt(reader, greet()),
    putPrompt(reader, "greet", written()),
    deletePrompt(reader, "greet"),
    restorePromptVersion(reader, "greet", "1"),
    getPrompt(writer, "greet"),
    listPrompts(writer, {}),
    listPromptVersions(writer, "greet", {}),
    getPromptVersion(writer, "greet", "1"),
    renderPrompt(writer, "greet", {}),
    completePromptArgument(writer, "greet", "who", ""),
  ];
  for (const { code } of await Promise.all(outcomes.map(refusal))) {
    expect(code).toBe("insufficient_scope");
  }
});

test("every change stands in the audit log", async () => {
  const ctx = await freshTenant();
  await createPrompt(ctx, greet());
  await putPrompt(ctx, "greet", written("Hi"));
  await restorePromptVersion(ctx, "greet", "1");
  await deletePrompt(ctx, "greet");
  const { items } = await listAudit(ctx, {});
  const ofPrompt = items.filter(({ target_type }) => target_type === "prompt").reverse();
  expect(ofPrompt.map(({ action, target_id }) => [action, target_id])).toEqual([
    ["prompt.create", "greet"],
    ["prompt.update", "greet"],
    ["prompt.restore", "greet"],
    ["prompt.delete", "greet"],
  ]);
  expect(ofPrompt[1]).toMatchObject({ before: { version: 1 }, after: { version: 2 } });
  expect(ofPrompt[2]).toMatchObject({ before: { version: 2 }, after: { version: 1 } });
});

test("with max_prompts = 5, 30 creates at once leave exactly 5, and 25 errors that name the limit", async () => {
  const ctx = await freshTenant({ mcp_config: { max_prompts: 5 } });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 30 }, (_, at) => createPrompt(ctx, plain(`p${at}`))),
  );
  const refused = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(refused).toHaveLength(25);
  for (const { reason } of refused) {
    expect(reason).toMatchObject({
      ...{ code: "limit_exceeded", status: 409 },
      extra: { limit: "max_prompts", value: 5 },
    });
  }
  const [first] = (await listPrompts(ctx, {})).items;
  // A new version of what is there takes no room, and a deletion makes some.
  await putPrompt(ctx, first?.name ?? "", written());
  expect((await refusal(putPrompt(ctx, "more", written()))).code).toBe("limit_exceeded");
  await deletePrompt(ctx, first?.name ?? "");
  await createPrompt(ctx, plain("more"));
  await configureTenant(platformCtx(), { tenant_id: ctx.tenantId, name: "x", mcp_config: {} });
  await createPrompt(ctx, plain("without_limit"));
});
