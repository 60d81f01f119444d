import { createServer } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { database } from "#db/client.ts";
import { useTestDatabase } from "#db/testing/clone.ts";
import { listAudit } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { freshTenant, tenantCtx } from "#lib/testing/context.ts";
import { type Listening, listen } from "#lib/testing/deployment.ts";
import { createDraft, saveDraft } from "../revisions/drafts.ts";
import { archiveTool } from "../revisions/publish.ts";
import { getTool, registerTool } from "../service.ts";
import { refusal } from "../testing.ts";
import { testTool } from "./bench.ts";
import { createExample, deleteExample, listExamples, mostExamples } from "./examples.ts";
import { publishTool, runExamples } from "./replay.ts";

useTestDatabase();

let upstream: Listening;

/** A real endpoint that doubles `n`, adds 1 under /wrong, and hangs under /hangs. */
beforeAll(async () => {
  upstream = await listen(
    createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      if (request.url === "/hangs") return;
      const { n } = JSON.parse(Buffer.concat(chunks).toString("utf8")) as { n: number };
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ n: request.url === "/wrong" ? n + 1 : n * 2 }));
    }),
  );
});

afterAll(() => upstream.close());

const parameters = { n: { type: "number", required: true } };
const definition = (path: string) => ({
  ...{ name: "double", parameters, config: { implementation: `${upstream.url}${path}` } },
});

async function withDouble(): Promise<Ctx> {
  const ctx = await freshTenant({ egress_allow: [upstream.host] });
  await registerTool(ctx, { tool_id: "t", ...definition("/") });
  return ctx;
}

test("a test runs the draft, or the revision that is named, and says which", async () => {
  const ctx = await withDouble();
  await saveDraft(ctx, "t", definition("/wrong"));
  const run = (revision?: number | "draft" | "published") =>
    testTool(ctx, "t", { arguments: { n: 3 }, ...(revision === undefined ? {} : { revision }) });
  const seen = await Promise.all([run(), run("draft"), run("published"), run(1), run(2)]);
  expect(seen.map(({ revision, result }) => [revision, result.structuredContent])).toEqual([
    [2, { n: 4 }],
    [2, { n: 4 }],
    [1, { n: 6 }],
    [1, { n: 6 }],
    [2, { n: 4 }],
  ]);
  expect(seen[0]?.result._meta).toEqual({ "tausestack/revision": 2 });
  expect(seen[0]?.duration_ms).toBeGreaterThan(0);
});

test("a definition that is not saved runs too, and leaves nothing behind", async () => {
  const ctx = await withDouble();
  const tried = await testTool(ctx, "t", { arguments: { n: 3 }, definition: definition("/wrong") });
  expect(tried).toMatchObject({
    revision: null,
    error: null,
    result: { structuredContent: { n: 4 } },
  });
  expect(await getTool(ctx, "t")).toMatchObject({ latest_revision: 1, has_draft: false });
  const wrong = await refusal(
    testTool(ctx, "t", { definition: { ...definition("/"), parameters: { n: 1 } } }),
  );
  expect(wrong.errors?.map(({ pointer }) => pointer)).toEqual(["/parameters/n"]);
  const both = testTool(ctx, "t", { revision: 1, definition: definition("/") });
  expect((await refusal(both)).errors?.[0]?.pointer).toBe("/revision");
});

test("a draft that was never published and an archived tool can be tried", async () => {
  const ctx = await withDouble();
  await createDraft(ctx, { tool_id: "new", ...definition("/") });
  expect((await testTool(ctx, "new", { arguments: { n: 1 } })).error).toBeNull();
  await archiveTool(ctx, "t");
  expect((await testTool(ctx, "t", { arguments: { n: 1 } })).error).toBeNull();
  expect((await refusal(testTool(ctx, "new", { revision: "published" }))).code).toBe("not_found");
  expect((await refusal(testTool(ctx, "t", { revision: "draft" }))).code).toBe("not_found");
});

test("what goes wrong in a test is its result, with the code; what would ask a user says so", async () => {
  const ctx = await withDouble();
  await saveDraft(ctx, "t", { ...definition("/"), confirm: "always" });
  const tried = await testTool(ctx, "t", { arguments: { n: "x" } });
  expect(tried).toMatchObject({
    ...{ error: "invalid_arguments", needs_confirmation: true, trace: [], cost_micros: 0 },
    result: { isError: true },
  });
});

test("tests stand in the ledger, told from ordinary calls by their provider", async () => {
  const ctx = await withDouble();
  await testTool(ctx, "t", { arguments: { n: 1 } });
  await testTool(ctx, "t", {});
  const rows = await database().owner`
    select name, provider, status from usage_events where tenant_id = ${ctx.tenantId} order by at`;
  expect([...rows]).toEqual([
    { name: "double", provider: "test", status: "ok" },
    { name: "double", provider: "test", status: "error" },
  ]);
});

test("saved examples are listed, replayed against any revision, and deleted", async () => {
  const ctx = await withDouble();
  const example = await createExample(ctx, "t", {
    ...{ name: "three", arguments: { n: 3 }, expectation: { mode: "equals", value: { n: 6 } } },
  });
  await createExample(ctx, "t", { name: "runs", arguments: { n: 1 } });
  expect((await listExamples(ctx, "t")).map(({ name }) => name)).toEqual(["three", "runs"]);
  await saveDraft(ctx, "t", definition("/wrong"));
  expect(await runExamples(ctx, "t", { revision: 1 })).toMatchObject({
    ...{ revision: 1, passed: 2, failed: 0 },
  });
  expect(await runExamples(ctx, "t", {})).toMatchObject({
    ...{ revision: 2, passed: 1, failed: 1 },
    results: [
      { name: "three", passed: false, problems: [{ pointer: "/n", message: "must be 6, is 4" }] },
      { name: "runs", passed: true, problems: [] },
    ],
  });
  await deleteExample(ctx, "t", example.example_id);
  expect((await refusal(deleteExample(ctx, "t", example.example_id))).code).toBe("not_found");
  const { items } = await listAudit(ctx, {});
  expect(items.slice(0, 2).map(({ action }) => action)).toEqual([
    "tool.delete_example",
    "tool.save_draft",
  ]);
});

test("where examples are required, a draft that fails one is not published, and which is told", async () => {
  const ctx = await withDouble();
  const { example_id } = await createExample(ctx, "t", {
    ...{ name: "three", arguments: { n: 3 }, expectation: { mode: "contains", value: { n: 6 } } },
  });
  await saveDraft(ctx, "t", definition("/wrong"));
  const error = await refusal(publishTool(ctx, "t", { require_examples: true }));
  expect(error).toMatchObject({
    code: "conflict",
    errors: [{ pointer: `/examples/${example_id}`, message: "three: /n must be 6, is 4" }],
  });
  expect((await getTool(ctx, "t")).revision).toBe(1);
  await saveDraft(ctx, "t", { ...definition("/"), description: "right" });
  expect(await publishTool(ctx, "t", { require_examples: true })).toMatchObject({ revision: 3 });
  const caller = tenantCtx(ctx.tenantId, ["tools:write"]);
  const denied = publishTool(caller, "t", { revision: 1, require_examples: true });
  expect((await refusal(denied)).code).toBe("insufficient_scope");
  expect((await publishTool(caller, "t", { revision: 2 })).revision).toBe(2);
});

test("a replay ends when its caller does, and tells of what did not end", async () => {
  const ctx = await withDouble();
  await saveDraft(ctx, "t", definition("/hangs"));
  for (const name of ["a", "b"]) await createExample(ctx, "t", { name, arguments: { n: 1 } });
  const { results } = await runExamples(ctx, "t", {}, AbortSignal.timeout(200));
  expect(results.map(({ passed }) => passed)).toEqual([false, false]);
});

test("a tool has at most 50 examples, and each is checked when it is saved", async () => {
  const ctx = await withDouble();
  const outcomes = await Promise.allSettled(
    Array.from({ length: mostExamples + 5 }, (_, at) => createExample(ctx, "t", { name: `${at}` })),
  );
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(mostExamples);
  const schema = { mode: "schema", value: { type: "words" } } as const;
  const wrong = await refusal(createExample(ctx, "t", { name: "x", expectation: schema }));
  expect(wrong.errors?.[0]?.pointer).toBe("/expectation/value/type");
  const large = createExample(ctx, "t", { name: "x", arguments: { n: "x".repeat(70_000) } });
  expect((await refusal(large)).errors?.[0]?.pointer).toBe("/arguments");
});

test("another tenant's tool is a 404 to every verb, and a scope that lacks a 403", async () => {
  const owner = await withDouble();
  const { example_id } = await createExample(owner, "t", { name: "x" });
  const other = await freshTenant();
  await registerTool(other, { tool_id: "own", name: "own" });
  const verbs = (ctx: Ctx) => [
    ...[testTool(ctx, "t", {}), runExamples(ctx, "t", {})],
    ...[createExample(ctx, "t", { name: "y" }), deleteExample(ctx, "t", example_id)],
    publishTool(ctx, "t", { revision: 1, require_examples: true }),
  ];
  const foreign = [
    ...verbs(other),
    listExamples(other, "t"),
    deleteExample(other, "own", example_id),
  ];
  for (const { code } of await Promise.all(foreign.map(refusal))) expect(code).toBe("not_found");
  const lacking = [
    ...verbs(tenantCtx(owner.tenantId, ["tools:call"])),
    testTool(tenantCtx(owner.tenantId, ["tools:write"]), "t", {}),
    listExamples(tenantCtx(owner.tenantId, ["tools:write"]), "t"),
  ];
  for (const { code } of await Promise.all(lacking.map(refusal))) {
    expect(code).toBe("insufficient_scope");
  }
  expect(await listExamples(owner, "t")).toHaveLength(1);
});
