import { expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { listAudit } from "#lib/audit/service.ts";
import { AppError } from "#lib/core/errors.ts";
import { freshTenant } from "#lib/testing/context.ts";
import { callTool } from "../../calls/call.ts";
import { getDraft, saveDraft } from "../../revisions/drafts.ts";
import { publishDrafts } from "../../revisions/publish-all.ts";
import { listRevisions } from "../../revisions/revisions.ts";
import { getTool, listTools, registerTool } from "../../service.ts";
import { applyImport } from "./service.ts";
import { largeDocument, styles } from "./testing.ts";

useTestDatabase();

function petStore(summary: string, ...more: string[]): string {
  const paths = {
    "/pets": { get: { operationId: "listPets", summary } },
    ...Object.fromEntries(
      more.map((operationId) => [`/${operationId}`, { get: { operationId, summary } }]),
    ),
  };
  const servers = [{ url: "https://pets.example.com" }];
  const info = { title: "Pet Store", version: "1" };
  return JSON.stringify({ openapi: "3.1.0", info, paths, servers });
}

const drafts = { operations: "all" as const, publish: false };

async function codeOf(outcome: Promise<unknown>): Promise<AppError> {
  const error = await outcome.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

test("an import of drafts changes nothing that is called, and is published all at once later", async () => {
  const ctx = await freshTenant();
  const document = petStore("List", "findPet");
  const result = await applyImport(ctx, { document, ...drafts });
  expect(result).toMatchObject({ published: false, created: ["listPets", "findPet"], updated: [] });
  expect((await listTools(ctx, { include_dynamic: true })).items).toEqual([]);
  expect(await getTool(ctx, "findPet")).toMatchObject({ status: "draft", revision: null });
  await expect(callTool(ctx, { toolId: "findPet", arguments: {} })).rejects.toThrow();
  expect(await publishDrafts(ctx, { tool_ids: result.created })).toEqual({
    published: result.created,
  });
  expect(await getTool(ctx, "findPet")).toMatchObject({ status: "published", revision: 1 });
  const actions = (await listAudit(ctx, {})).items.map(({ action }) => action);
  expect(actions.filter((action) => action === "tool.publish")).toHaveLength(2);
});

test("the same import again makes no revision, whether the drafts are published or not", async () => {
  const ctx = await freshTenant();
  await applyImport(ctx, { document: petStore("List"), operations: "all" });
  const input = { document: petStore("List all"), ...drafts };
  expect(await applyImport(ctx, input)).toMatchObject({ updated: ["listPets"], unchanged: 0 });
  expect(await applyImport(ctx, input)).toMatchObject({ updated: [], unchanged: 1 });
  expect(await getTool(ctx, "listPets")).toMatchObject({ title: "List", draft_revision: 2 });
  await publishDrafts(ctx, { tool_ids: ["listPets"] });
  expect(await applyImport(ctx, input)).toMatchObject({ updated: [], unchanged: 1 });
  expect(await getTool(ctx, "listPets")).toMatchObject({ title: "List all", revision: 2 });
  const { items } = await listRevisions(ctx, "listPets", {});
  expect(items.map(({ note }) => note)).toEqual(["Imported from Pet Store 1", ""]);
});

test("a draft of an import goes on from the draft that is there", async () => {
  const ctx = await freshTenant();
  await applyImport(ctx, { document: petStore("List"), operations: "all" });
  const { name, description, config, parameters } = await getTool(ctx, "listPets");
  const mine = { name, description, config, parameters, confirm: "always" as const };
  await saveDraft(ctx, "listPets", mine);
  await applyImport(ctx, { document: petStore("List all"), ...drafts });
  const { draft } = await getDraft(ctx, "listPets");
  expect(draft).toMatchObject({ revision: 3, title: "List all", confirm: "always" });
});

test("drafts and the deletion of tools in use do not go together", async () => {
  const ctx = await freshTenant();
  const error = await codeOf(
    applyImport(ctx, { document: petStore("List"), ...drafts, gone: "delete" }),
  );
  expect(error.errors?.map(({ pointer }) => pointer)).toEqual(["/gone"]);
});

test("all drafts are published or none, and the refusal names those that cannot be", async () => {
  const ctx = await freshTenant();
  const { created } = await applyImport(ctx, { document: petStore("List", "findPet"), ...drafts });
  const live = async () => (await listTools(ctx, { include_dynamic: true })).items.length;
  const missing = await codeOf(publishDrafts(ctx, { tool_ids: [...created, "nobody"] }));
  expect([missing.code, missing.errors?.[0]?.pointer]).toEqual(["not_found", "/tool_ids/2"]);
  await registerTool(ctx, { tool_id: "other", name: "findPet" });
  const taken = await codeOf(publishDrafts(ctx, { tool_ids: created }));
  expect([taken.code, taken.message]).toEqual(["conflict", expect.stringContaining("findPet")]);
  const done = await codeOf(publishDrafts(ctx, { tool_ids: ["other", "listPets"] }));
  expect([done.code, done.errors?.[0]?.pointer]).toEqual(["conflict", "/tool_ids/0"]);
  expect(await live()).toBe(1);
  expect(await publishDrafts(ctx, { tool_ids: ["listPets", "listPets"] })).toEqual({
    published: ["listPets"],
  });
  expect(await live()).toBe(2);
});

test("another tenant's drafts are not there, and a reader publishes nothing", async () => {
  const [ctx, other] = [await freshTenant(), await freshTenant()];
  await applyImport(ctx, { document: petStore("List"), ...drafts });
  const tool_ids = ["listPets"];
  expect((await codeOf(publishDrafts(other, { tool_ids }))).code).toBe("not_found");
  const reader = { ...ctx, permissions: new Set(["tools:read" as const]) };
  expect((await codeOf(publishDrafts(reader, { tool_ids }))).code).toBe("insufficient_scope");
  expect((await codeOf(publishDrafts(ctx, { tool_ids: [] }))).code).toBe("invalid_request");
  expect(await getTool(ctx, "listPets")).toMatchObject({ status: "draft" });
});

test("a thousand operations become drafts and are published in one call each", async () => {
  const ctx = await freshTenant();
  const document = JSON.stringify(largeDocument(styles.forge));
  const { created } = await applyImport(ctx, { document, ...drafts });
  expect(created).toHaveLength(1_000);
  await publishDrafts(ctx, { tool_ids: created });
  const [last = ""] = created.slice(-1);
  expect(await getTool(ctx, last)).toMatchObject({ status: "published", has_draft: false });
}, 60_000);
