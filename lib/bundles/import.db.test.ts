import { expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { listAudit } from "#lib/audit/service.ts";
import { onChange } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { getPrompt, putPrompt } from "#lib/prompts/service.ts";
import { written } from "#lib/prompts/testing.ts";
import { putResourceGrants } from "#lib/resources/access/grants.ts";
import { putContent } from "#lib/resources/contents.ts";
import { getResource, registerResource } from "#lib/resources/service.ts";
import { putSecret } from "#lib/secrets/service.ts";
import { freshTenant, tenantCtx } from "#lib/testing/context.ts";
import { archiveTool } from "#lib/tools/revisions/publish.ts";
import { getTool, registerTool } from "#lib/tools/service.ts";
import { refusal } from "#lib/tools/testing.ts";
import { exportBundle } from "./export.ts";
import { applyBundle, planBundle } from "./import.ts";
import { type Bundle, bundleKinds } from "./schema.ts";
import { fill, importInto, wholeOf } from "./testing.ts";
import { bundleText } from "./text.ts";

useTestDatabase();

const echo = { config: { implementation: "internal:echo" } };

async function filled(): Promise<Ctx> {
  const ctx = await freshTenant();
  await fill(ctx);
  return ctx;
}

const bundleOf = (items: Partial<Record<keyof Bundle, unknown>>): JsonObject => ({
  tausestack_bundle: 1,
  ...items,
});

async function actionsOf(ctx: Ctx): Promise<string[]> {
  const { items } = await listAudit(ctx, {});
  return items.map(({ action, target_id }) => `${action} ${target_id}`).sort();
}

test.each(["json", "yaml"] as const)(
  "a bundle brings the same definitions into another tenant, as %s, and again nothing",
  async (format) => {
    const [from, to] = [await filled(), await freshTenant()];
    await putSecret(to, "SALT", { value: "salt" });
    const text = bundleText(await wholeOf(from), format);
    const { plan, result } = await importInto(to, { bundle: text });
    expect(plan).toMatchObject({
      ...{ applicable: true, missing_secrets: ["CRM_KEY"], exceeded: [] },
      summary: { create: 4, update: 0, unchanged: 0, skip: 0, conflict: 0, invalid: 0 },
    });
    expect(result).toEqual({
      tools: { created: ["add", "crm"], updated: [] },
      prompts: { created: ["greet"], updated: [] },
      resources: { created: ["orders"], updated: [] },
      ...{ unchanged: 0, skipped: 0 },
    });
    expect(bundleText(await wholeOf(to), format)).toBe(text);

    const entries = await actionsOf(to);
    const again = await importInto(to, { bundle: text });
    expect(again.plan.items.map(({ action }) => action)).toEqual(Array(4).fill("unchanged"));
    expect(again.result).toMatchObject({ tools: { created: [], updated: [] }, unchanged: 4 });
    expect(await getTool(to, "crm")).toMatchObject({ revision: 1, latest_revision: 1 });
    expect(await actionsOf(to)).toEqual(entries);
  },
);

test("an import is one entry besides the items' own, and one notice of each catalog", async () => {
  const [from, to] = [await filled(), await freshTenant()];
  const told: string[] = [];
  const stop = onChange((change) => {
    if (change !== "everything" && change.key === to.tenantId) told.push(change.topic);
  });
  await importInto(to, { bundle: await wholeOf(from) });
  stop();
  // Here at once, and maybe once more by the database's echo.
  expect(new Set(told)).toEqual(new Set(["catalog", "prompts", "resources"]));
  const { items } = await listAudit(to, { action: "bundle.import" });
  expect(items).toMatchObject([
    {
      target_type: "bundle",
      after: {
        tools: { created: 2, updated: 0 },
        prompts: { created: 1, updated: 0 },
        resources: { created: 1, updated: 0 },
      },
    },
  ]);
  expect((await actionsOf(to)).filter((action) => !action.startsWith("bundle"))).toEqual([
    ...["prompt.create greet", "resource.create orders", `tenant.create ${to.tenantId}`],
    ...["tool.create add", "tool.create crm"],
  ]);
});

test("a plan tells what differs, and an update, a skip and a refusal are the caller's choice", async () => {
  const [from, to] = [await filled(), await filled()];
  await registerTool(from, { tool_id: "add", name: "add", description: "Adds", ...echo });
  await putPrompt(from, "greet", written("Hello {{who}} in {{language}}"));
  const bundle = await wholeOf(from);

  const skip = await importInto(to, { bundle, on_conflict: "skip" });
  expect(skip.plan.summary).toMatchObject({ skip: 2, unchanged: 2, update: 0 });
  expect(skip.result).toMatchObject({ tools: { updated: [] }, skipped: 2 });
  expect((await getTool(to, "add")).description).toBe("");

  const fail = await planBundle(to, { bundle, on_conflict: "fail" });
  expect(fail).toMatchObject({ applicable: false, summary: { conflict: 2 } });
  const input = { bundle, on_conflict: "fail" as const, plan_hash: fail.plan_hash };
  expect(await refusal(applyBundle(to, input))).toMatchObject({ code: "conflict" });

  const { plan, result } = await importInto(to, { bundle });
  const add = plan.items.find(({ id }) => id === "add");
  expect(add).toMatchObject({ kind: "tools", action: "update", truncated: false });
  expect(add?.changes).toContainEqual({
    ...{ pointer: "/description", kind: "changed", old: "", new: "Adds" },
  });
  expect(result).toMatchObject({ tools: { updated: ["add"] }, prompts: { updated: ["greet"] } });
  expect(await getTool(to, "add")).toMatchObject({ description: "Adds", revision: 2 });
  expect((await getPrompt(to, "greet")).version).toBe(2);
  expect(await wholeOf(to)).toEqual(bundle);
});

test("one bad item keeps all others out, and the plan says why", async () => {
  const ctx = await freshTenant();
  const good = { tool_id: "good", name: "good", ...echo };
  const bundle = bundleOf({
    tools: [
      good,
      { tool_id: "typo", name: "typo", descripton: "x" },
      { tool_id: "code", name: "code", config: { implementation: "return (" } },
      { tool_id: "schema", name: "schema", parameters: { type: "object", properties: 1 } },
      { tool_id: "proxied", name: "proxied", config: { implementation: "mcp:crm/find" } },
      { tool_id: "reserved", name: "tausestack_x", ...echo },
      { tool_id: "same", name: "good", ...echo },
      good,
      { name: "nameless" },
    ],
    prompts: [
      { name: "p", messages: [{ role: "user", content: { type: "text", text: "{{x}}" } }] },
    ],
    resources: [
      { resource_id: "r", name: "r", type: "file", uri: "a:b", content: { text: "x" } },
      { resource_id: "s", name: "s", type: "db", uri: "postgres://a:[secret]@db/crm" },
    ],
  });
  const plan = await planBundle(ctx, { bundle });
  expect(plan.applicable).toBe(false);
  expect(plan.items.map(({ id, action, reasons }) => [id, action, reasons[0]?.pointer])).toEqual([
    ["good", "create", undefined],
    ["typo", "invalid", ""],
    ["code", "invalid", "/config/implementation"],
    ["schema", "invalid", "/parameters/properties"],
    ["proxied", "invalid", "/config/implementation"],
    ["reserved", "conflict", "/name"],
    ["same", "conflict", "/name"],
    ["good", "invalid", "/tool_id"],
    ["tools[8]", "invalid", "/tool_id"],
    ["p", "invalid", "/messages/0/content/text"],
    ["r", "invalid", "/content"],
    ["s", "invalid", "/uri"],
  ]);
  const error = await refusal(applyBundle(ctx, { bundle, plan_hash: plan.plan_hash }));
  expect(error).toMatchObject({ code: "invalid_request" });
  expect(error.errors?.[0]?.pointer).toBe("/bundle/tools/1");
  expect(await actionsOf(ctx)).toEqual([`tenant.create ${ctx.tenantId}`]);
});

test("what changes between plan and apply is a conflict, and nothing is written", async () => {
  const [from, to] = [await filled(), await filled()];
  await registerTool(from, { tool_id: "crm", name: "find_customer", ...echo });
  await registerTool(from, { tool_id: "new", name: "new", ...echo });
  const bundle = await wholeOf(from);
  const changes: (() => Promise<unknown>)[] = [
    () => registerTool(to, { tool_id: "crm", name: "find_customer", pinned: true, ...echo }),
    () => registerTool(to, { tool_id: "other", name: "new", ...echo }),
    () => archiveTool(to, "other"),
    () => archiveTool(to, "add"),
    () => registerTool(to, { tool_id: "new", name: "new", ...echo }),
    () => putPrompt(to, "greet", written("{{who}} {{language}}")),
    () =>
      registerResource(to, { resource_id: "orders", name: "x", type: "api", uri: "orders://{id}" }),
    () => putContent(to, "orders", { bytes: Buffer.from("x"), mimeType: "text/csv" }),
  ];
  for (const change of changes) {
    const { plan_hash } = await planBundle(to, { bundle });
    await change();
    const entries = await actionsOf(to);
    const error = await refusal(applyBundle(to, { bundle, plan_hash }));
    expect([error.code, error.message]).toEqual(["conflict", expect.stringMatching(/plan again/)]);
    expect(await actionsOf(to)).toEqual(entries);
  }
  const { plan_hash } = await planBundle(to, { bundle });
  const other = { ...bundle, tools: bundle.tools?.slice(1) };
  const skip = { bundle, plan_hash, on_conflict: "skip" as const };
  expect((await refusal(applyBundle(to, { bundle: other, plan_hash }))).code).toBe("conflict");
  expect((await refusal(applyBundle(to, skip))).code).toBe("conflict");
});

test("of several imports at once each is whole or refused, and the items are there once", async () => {
  const [from, to] = [await filled(), await freshTenant()];
  const bundle = await wholeOf(from);
  const { plan_hash } = await planBundle(to, { bundle });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 6 }, () => applyBundle(to, { bundle, plan_hash })),
  );
  const done = outcomes.filter(({ status }) => status === "fulfilled");
  expect(done).toHaveLength(1);
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "conflict" });
  }
  expect(await wholeOf(to)).toEqual(bundle);
  expect((await listAudit(to, { action: "bundle.import" })).items).toHaveLength(1);
});

test("an import past a limit says which, and leaves nothing behind", async () => {
  const from = await filled();
  const bundle = await wholeOf(from);
  const limits = { tool_limits: { max_tools: 1, max_dynamic_tools: 0 } };
  const to = await freshTenant({ ...limits, resource_limits: { max_resources: 0 } });
  const plan = await planBundle(to, { bundle });
  expect(plan).toMatchObject({
    applicable: false,
    exceeded: [
      { limit: "max_tools", value: 1, needed: 2 },
      { limit: "max_dynamic_tools", value: 0, needed: 1 },
      { limit: "max_resources", value: 0, needed: 1 },
    ],
  });
  const error = await refusal(applyBundle(to, { bundle, plan_hash: plan.plan_hash }));
  expect(error.code).toBe("limit_exceeded");
  expect(await actionsOf(to)).toEqual([`tenant.create ${to.tenantId}`]);
});

test("an archived tool comes back, and a draft is published", async () => {
  const [from, to] = [await filled(), await filled()];
  await archiveTool(to, "crm");
  const { plan } = await importInto(to, { bundle: await wholeOf(from) });
  expect(plan.items.find(({ id }) => id === "crm")).toMatchObject({
    ...{ action: "update", changes: [] },
    reasons: [{ message: expect.stringContaining("archived") }],
  });
  expect(await getTool(to, "crm")).toMatchObject({ status: "published", revision: 1 });
});

test("masked values stay as the tenant has them, and go nowhere else", async () => {
  const ctx = await freshTenant();
  const headers = { "x-key": "hunter2" };
  const implementation = "https://api.example.com/a";
  await registerTool(ctx, { tool_id: "t", name: "t", config: { implementation, headers } });
  const uri = "postgres://ada:hunter2@db.example/crm";
  const metadata = { password: "hunter2" };
  await registerResource(ctx, { resource_id: "r", name: "r", type: "db", uri, metadata });
  const bundle = await wholeOf(ctx);
  const same = await planBundle(ctx, { bundle });
  expect(same.summary).toMatchObject({ unchanged: 2, update: 0 });

  const [tool] = bundle.tools ?? [];
  const [resource] = bundle.resources ?? [];
  const renamed = { tools: [{ ...tool, title: "T" }], resources: [{ ...resource, title: "R" }] };
  const { plan } = await importInto(ctx, { bundle: bundleOf(renamed) });
  expect(JSON.stringify(plan)).not.toContain("hunter2");
  expect((await getTool(ctx, "t")).config.headers).toEqual(headers);
  expect((await getResource(ctx, "r")).metadata).toEqual(metadata);
  expect((await wholeOf(ctx)).resources?.[0]).toMatchObject({ title: "R" });

  const elsewhere = { implementation: "https://evil.example/a", headers: { "x-key": "[secret]" } };
  const moved = await planBundle(ctx, {
    bundle: bundleOf({
      tools: [{ ...tool, config: elsewhere }],
      resources: [{ ...resource, uri: "postgres://ada:[secret]@evil.example/crm" }],
    }),
  });
  expect(moved.items).toMatchObject([
    { action: "invalid", reasons: [{ pointer: "/config/headers/x-key" }] },
    { action: "invalid", reasons: [{ pointer: "/uri" }] },
  ]);
  const foreign = await planBundle(await freshTenant(), { bundle });
  expect(foreign.items.map(({ action }) => action)).toEqual(["invalid", "invalid"]);
});

test("a key in a tool's address is masked, comes back as it was, and goes to no other address", async () => {
  const ctx = await freshTenant();
  const implementation = "https://api.example.com/a?api_key=hunter2";
  await registerTool(ctx, { tool_id: "t", name: "t", config: { implementation } });
  const bundle = await wholeOf(ctx);
  expect(JSON.stringify(bundle)).not.toContain("hunter2");
  expect((await planBundle(ctx, { bundle })).summary).toMatchObject({ unchanged: 1, invalid: 0 });
  const [tool] = bundle.tools ?? [];
  await importInto(ctx, { bundle: bundleOf({ tools: [{ ...tool, title: "T" }] }) });
  expect((await getTool(ctx, "t")).config.implementation).toBe(implementation);
  const config = { implementation: "https://evil.example/a?api_key=[secret]" };
  const moved = await planBundle(ctx, { bundle: bundleOf({ tools: [{ ...tool, config }] }) });
  expect(moved.items).toMatchObject([{ action: "invalid" }]);
});

test("a password that a bundle brings is sealed, and brings nothing when it is the same", async () => {
  const ctx = await freshTenant();
  const uri = "postgres://ada:hunter2@db.example/crm";
  const bundle = bundleOf({ resources: [{ resource_id: "r", name: "r", type: "db", uri }] });
  const first = await importInto(ctx, { bundle });
  expect(first.result.resources.created).toEqual(["r"]);
  expect((await getResource(ctx, "r")).uri).toBe("postgres://ada:[secret]@db.example/crm");
  expect((await planBundle(ctx, { bundle })).items[0]?.action).toBe("unchanged");
  const other = bundleOf({
    resources: [{ resource_id: "r", name: "r", type: "db", uri: uri.replace("2", "3") }],
  });
  const { plan } = await importInto(ctx, { bundle: other });
  expect(plan.items[0]).toMatchObject({ action: "update", changes: [{ pointer: "/uri" }] });
  expect(JSON.stringify(plan)).not.toContain("hunter");
  expect((await planBundle(ctx, { bundle: other })).items[0]?.action).toBe("unchanged");
});

test("content that is kept stays, with its type", async () => {
  const ctx = await freshTenant();
  const content = { text: "a,b" };
  await registerResource(ctx, { resource_id: "r", name: "r", type: "file", uri: "a:b", content });
  await putContent(ctx, "r", { bytes: Buffer.from("a;b"), mimeType: "text/csv" });
  const bundle = bundleOf({
    resources: [{ resource_id: "r", name: "R", type: "file", uri: "a:b" }],
  });
  await importInto(ctx, { bundle });
  expect(await getResource(ctx, "r")).toMatchObject({ name: "R", size: 3, mime_type: "text/csv" });
  expect((await planBundle(ctx, { bundle })).items[0]?.action).toBe("unchanged");
});

test("an import needs what its kinds need, to be written and to be read", async () => {
  const [from, to] = [await filled(), await freshTenant()];
  const whole = await wholeOf(from);
  const all = bundleKinds.flatMap((kind) => [`${kind}:read`, `${kind}:write`] as const);
  for (const missing of all) {
    const ctx = tenantCtx(
      to.tenantId,
      all.filter((permission) => permission !== missing),
    );
    const outcomes = [
      planBundle(ctx, { bundle: whole }),
      applyBundle(ctx, { bundle: whole, plan_hash: "" }),
    ];
    for (const outcome of outcomes) {
      expect(await refusal(outcome)).toMatchObject({
        ...{ code: "insufficient_scope", extra: { scope: missing } },
      });
    }
  }
  const promptsAlone = tenantCtx(to.tenantId, ["prompts:read", "prompts:write"]);
  const { result } = await importInto(promptsAlone, {
    bundle: bundleOf({ prompts: whole.prompts }),
  });
  expect(result.prompts.created).toEqual(["greet"]);
  const nobody = tenantCtx(to.tenantId, ["tools:read"]);
  const bomb = { bundle: `a: ${"[".repeat(50_000)}` };
  expect((await refusal(planBundle(nobody, bomb))).code).toBe("insufficient_scope");
  const blind = tenantCtx(to.tenantId, ["tools:read", "tools:write"]);
  const tools = await planBundle(blind, { bundle: bundleOf({ tools: whole.tools }) });
  expect(tools.missing_secrets).toBeNull();
});

test.each<[string, JsonObject | string, RegExp]>([
  ["another version", { tausestack_bundle: 2, tools: [] }, /tausestack_bundle: must be 1/],
  ["no bundle", { tools: [echo] }, /tausestack_bundle/],
  ["a key that there is not", { tausestack_bundle: 1, tool: [] }, /tool/],
  ["an empty one", bundleOf({}), /has no tools, prompts or resources/],
  ["what is no list", bundleOf({ tools: {} }), /\/tools: must be a list/],
  ["too many", bundleOf({ prompts: Array(2_001).fill({}) }), /at most 2000 items/],
  [
    "too many together",
    bundleOf({ prompts: Array(1_500).fill({}), tools: Array(501).fill({}) }),
    /2000/,
  ],
  ["a page", "<html>", /neither JSON nor YAML|no object/],
  [
    "YAML whose aliases multiply",
    `a: &a [1,1,1,1,1,1]\nb: &b [${"*a,".repeat(200)}]\nc: &c [${"*b,".repeat(200)}]\nd: [${"*c,".repeat(200)}]`,
    /alias|values/,
  ],
  ["YAML that nests without end", `tools: ${"[".repeat(50_000)}`, /neither JSON nor YAML/],
])("%s is refused in words", async (_, bundle, message) => {
  const error = await refusal(planBundle(await freshTenant(), { bundle }));
  expect([error.code, error.message]).toEqual(["invalid_request", expect.stringMatching(message)]);
});

test("a tenant's bundle says nothing of, and touches nothing in, another's", async () => {
  const [from, to] = [await filled(), await filled()];
  await registerTool(from, { tool_id: "crm", name: "mine", ...echo });
  const before = await wholeOf(to);
  const { plan } = await importInto(from, { bundle: await wholeOf(from) });
  expect(plan.summary.unchanged).toBe(4);
  expect(await wholeOf(to)).toEqual(before);
});

test("a resource that was granted to others is in no bundle of a caller, and none replaces it", async () => {
  const ctx = await freshTenant();
  const secret = { resource_id: "secret", name: "Secret", type: "doc", uri: "doc://secret" };
  await registerResource(ctx, secret);
  await putResourceGrants(ctx, "secret", []);
  const caller = tenantCtx(ctx.tenantId, ["resources:read", "resources:write", "tools:write"]);
  expect(await exportBundle(caller, { kinds: ["resources"] })).toMatchObject({ resources: [] });
  expect(await exportBundle(ctx, { kinds: ["resources"] })).toMatchObject({
    resources: [{ resource_id: "secret" }],
  });
  const bundle = bundleOf({ resources: [{ ...secret, name: "Mine" }] });
  const plan = await planBundle(caller, { bundle, on_conflict: "update" });
  expect(plan.items).toMatchObject([{ id: "secret", action: "invalid", changes: [] }]);
  // Neither what differs nor whether anything does, nor what stands behind a mask.
  for (const name of ["Mine", "Secret"]) {
    const bundle = bundleOf({
      resources: [{ ...secret, name, metadata: { api_key: "[secret]" } }],
    });
    const plan = await planBundle(caller, { bundle, on_conflict: "skip" });
    expect(plan.items).toMatchObject([
      { id: "secret", action: "skip", changes: [], reasons: [{ pointer: "/resource_id" }] },
    ]);
    const { plan_hash } = plan;
    const done = await applyBundle(caller, { bundle, on_conflict: "skip", plan_hash });
    expect(done).toMatchObject({ skipped: 1, resources: { created: [], updated: [] } });
  }
  expect(await getResource(ctx, "secret")).toMatchObject({ name: "Secret" });
});
