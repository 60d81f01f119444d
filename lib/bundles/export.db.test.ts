import { expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { createPrompt } from "#lib/prompts/service.ts";
import { plain } from "#lib/prompts/testing.ts";
import { registerResource } from "#lib/resources/service.ts";
import { putSecret } from "#lib/secrets/service.ts";
import { freshTenant, tenantCtx } from "#lib/testing/context.ts";
import { putGrants } from "#lib/tools/governance/grants.ts";
import { createDraft } from "#lib/tools/revisions/drafts.ts";
import { archiveTool } from "#lib/tools/revisions/publish.ts";
import { registerTool } from "#lib/tools/service.ts";
import { refusal } from "#lib/tools/testing.ts";
import { exportBundle } from "./export.ts";
import { bundle, bundleKinds } from "./schema.ts";
import { fill, wholeOf } from "./testing.ts";
import { bundleText } from "./text.ts";

useTestDatabase();

const echo = { config: { implementation: "internal:echo" } };

test("a bundle has every kind, without defaults, and names the secrets that it takes", async () => {
  const ctx = await freshTenant();
  await fill(ctx);
  const found = await wholeOf(ctx);
  expect(bundle.parse(found)).toEqual(found);
  expect(found.tools).toEqual([
    expect.objectContaining({ tool_id: "add", is_dynamic: true, timeout_ms: 1_000 }),
    {
      ...{ tool_id: "crm", name: "find_customer", title: "Find", pinned: true },
      config: expect.objectContaining({
        headers: { authorization: "Bearer {{secret:CRM_KEY}}", accept: "application/json" },
      }),
      parameters: { id: { type: "string", required: true } },
      annotations: { readOnlyHint: true },
    },
  ]);
  expect(found.prompts?.map(({ name }) => name)).toEqual(["greet"]);
  expect(found.resources?.map(({ resource_id }) => resource_id)).toEqual(["orders"]);
  expect(found.secrets).toEqual(["CRM_KEY", "SALT"]);
  expect(found.omitted).toEqual([]);
});

test("the same state gives the same text, whatever order it came about in", async () => {
  const [one, other] = [await freshTenant(), await freshTenant()];
  const ids = ["b", "ä", "A", "a.b", "a", "Z"];
  for (const tool_id of ids) await registerTool(one, { tool_id, name: tool_id, ...echo });
  for (const tool_id of ids.toReversed()) {
    await registerTool(other, { tool_id, name: tool_id, description: "First", ...echo });
    await registerTool(other, { tool_id, name: tool_id, ...echo });
  }
  for (const format of ["json", "yaml"] as const) {
    const text = bundleText(await wholeOf(one), format);
    expect(text).toBe(bundleText(await wholeOf(other), format));
    expect(text).not.toContain(one.tenantId);
    expect(text).not.toContain("key_test");
  }
});

test("no value of a secret is in any bundle, wherever it was written", async () => {
  const ctx = await freshTenant();
  const implementation = "https://api.example.com/a";
  await putSecret(ctx, "CRM", { value: "hunter2-value" });
  await registerTool(ctx, {
    ...{ tool_id: "header", name: "header" },
    config: { implementation, headers: { "x-key": "hunter2", b: "Bearer {{secret:CRM}}" } },
  });
  await registerTool(ctx, {
    ...{ tool_id: "address", name: "address" },
    config: { implementation: `${implementation}?api_key=hunter2`, method: "GET" },
  });
  await registerTool(ctx, {
    ...{ tool_id: "body", name: "body" },
    config: { implementation, body: { login: { password: "hunter2", user: "ada" } } },
  });
  await registerResource(ctx, {
    ...{ resource_id: "db", name: "db", type: "database" },
    uri: "postgres://ada:hunter2@db.example/crm",
    source: "https://ada:hunter2@api.example.com/crm",
    metadata: { password: "hunter2", note: "https://a.example?sig=hunter2" },
    content: { text: "hunter2" },
  });
  const found = await wholeOf(ctx);
  for (const format of ["json", "yaml"] as const) {
    expect(bundleText(found, format)).not.toContain("hunter2");
  }
  expect(found.secrets).toEqual(["CRM"]);
  expect(found.omitted.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
    ...["tools address", "tools body", "tools header", "resources db"],
  ]);
});

test("drafts, archived tools and those of upstreams and other tenants are left out, and the bundle says so", async () => {
  const ctx = await freshTenant();
  await createDraft(ctx, { tool_id: "draft", name: "draft", ...echo });
  await registerTool(ctx, { tool_id: "old", name: "old", ...echo });
  await archiveTool(ctx, "old");
  const config = { implementation: "mcp:crm/find" };
  await registerTool(ctx, { tool_id: "proxied", name: "proxied", config });
  const implementation = `offer:offer_${"0".repeat(32)}`;
  await registerTool(ctx, { tool_id: "received", name: "received", config: { implementation } });
  const { tools, omitted } = await exportBundle(ctx, { kinds: ["tools"] });
  expect(tools).toEqual([]);
  expect(omitted).toMatchObject([
    { id: "draft", reason: "It is a draft." },
    { id: "old", reason: "It is archived." },
    { id: "proxied", reason: expect.stringContaining("upstream server") },
    { id: "received", reason: expect.stringContaining("another tenant") },
  ]);
});

test("what is chosen is exported alone, and what is not there is a 404", async () => {
  const [ctx, other] = [await freshTenant(), await freshTenant()];
  await fill(ctx);
  await registerTool(other, { tool_id: "theirs", name: "theirs", ...echo });
  const one = await exportBundle(ctx, { tools: ["add", "add"] });
  expect(one.tools?.map(({ tool_id }) => tool_id)).toEqual(["add"]);
  expect([one.prompts, one.resources, one.secrets]).toEqual([undefined, undefined, ["SALT"]]);
  const both = await exportBundle(ctx, { kinds: ["tools", "prompts"], tools: [] });
  expect([both.tools?.length, both.prompts?.length]).toEqual([0, 1]);
  for (const id of ["theirs", "missing", "\u0000"]) {
    const error = await refusal(exportBundle(ctx, { tools: [id] }));
    expect([error.code, error.message]).toEqual(["not_found", `There is no tool "${id}".`]);
  }
  expect((await refusal(exportBundle(ctx, { prompts: ["missing"] }))).code).toBe("not_found");
  expect((await refusal(exportBundle(ctx, { resources: ["missing"] }))).code).toBe("not_found");
  expect(JSON.stringify(await wholeOf(other))).not.toContain("crm");
});

test("each kind needs its own permission to be read", async () => {
  const { tenantId } = await freshTenant();
  for (const kind of bundleKinds) {
    const without = bundleKinds.filter((other) => other !== kind);
    const ctx = tenantCtx(
      tenantId,
      without.map((other) => `${other}:read` as const),
    );
    expect((await refusal(wholeOf(ctx))).code).toBe("insufficient_scope");
    expect(Object.keys(await exportBundle(ctx, { kinds: without }))).not.toContain(kind);
  }
});

test("a tool that was granted to others is not there for who may only read", async () => {
  const ctx = await freshTenant();
  await registerTool(ctx, { tool_id: "guarded", name: "guarded", ...echo });
  await registerTool(ctx, { tool_id: "open", name: "open", ...echo });
  await putGrants(ctx, "guarded", { grants: [{ type: "agent", id: "somebody" }] });
  const reader = tenantCtx(ctx.tenantId, ["tools:read"]);
  const found = await exportBundle(reader, { kinds: ["tools"] });
  expect(found.tools?.map(({ tool_id }) => tool_id)).toEqual(["open"]);
  expect(JSON.stringify(found)).not.toContain("guarded");
  expect((await refusal(exportBundle(reader, { tools: ["guarded"] }))).code).toBe("not_found");
});

test("a bundle that would be too large says to choose", async () => {
  const ctx = await freshTenant();
  const text = "x".repeat(1_000_000);
  for (let at = 0; at < 17; at++) {
    const messages = [{ role: "user" as const, content: { type: "text" as const, text } }];
    await createPrompt(ctx, { ...plain(`p${at}`), messages });
  }
  const error = await refusal(wholeOf(ctx));
  expect(error.message).toMatch(/more than \d+ characters. Choose fewer/);
  expect((await exportBundle(ctx, { prompts: ["p1"] })).prompts).toHaveLength(1);
});
