import { expect, test } from "vitest";
import { tools } from "#db/schema/tools.ts";
import { useTestDatabase } from "#db/testing/clone.ts";
import { withTenant } from "#db/transaction.ts";
import { listAudit } from "#lib/audit/service.ts";
import { freshTenant } from "#lib/testing/context.ts";
import { catalogOf } from "./catalog.ts";
import { reservedNames } from "./reserved-names.ts";
import type { RegisterToolInput } from "./schema.ts";
import { createDynamicTool, getTool, registerTool } from "./service.ts";

useTestDatabase();

const icon = { src: "data:image/png;base64,iVBORw0KGgo=", mimeType: "image/png", sizes: ["48x48"] };

const listing: Omit<RegisterToolInput, "tool_id" | "name"> = {
  title: "Búsqueda",
  icons: [icon],
  annotations: { readOnlyHint: true, openWorldHint: false },
  output_schema: { type: "object", properties: { hits: { type: "integer" } }, required: ["hits"] },
  meta: { "com.example/team": ["a", { b: null }] },
  confirm: "always",
  pinned: true,
  task_support: "optional",
  timeout_ms: 90_000,
};

const plain: RegisterToolInput = {
  tool_id: "search",
  name: "search",
  config: { implementation: "internal:echo" },
  parameters: { region: { type: "string", "x-mcp-header": "Region", required: true } },
};

const full: RegisterToolInput = { ...plain, ...listing };

test("what MCP can say of a tool reads back as it was given, and registering without it resets it", async () => {
  const ctx = await freshTenant();
  expect(await registerTool(ctx, full)).toMatchObject(listing);
  expect(await getTool(ctx, "search")).toMatchObject(listing);
  expect(await registerTool(ctx, plain)).toMatchObject({
    ...{ title: null, icons: [], annotations: {}, output_schema: null, meta: {} },
    ...{ confirm: "destructive", pinned: false, task_support: "forbidden", timeout_ms: null },
  });
  const { items } = await listAudit(ctx, { target_id: "search" });
  expect(items[0]).toMatchObject({ before: { title: "Búsqueda" }, after: { title: null } });
  expect(JSON.stringify(items)).not.toContain("iVBORw0KGgo=");
});

test("a dynamic tool takes it too", async () => {
  const ctx = await freshTenant();
  const { tool_id: _, config: __, ...rest } = full;
  const made = await createDynamicTool(ctx, {
    ...{ ...rest, description: "", parameters: {}, implementation: "internal:echo" },
  });
  expect(made).toMatchObject({ ...listing, is_dynamic: true });
});

test("a tool that is registered as it was read stays the same", async () => {
  const ctx = await freshTenant();
  const made = await registerTool(ctx, full);
  expect(await registerTool(ctx, made)).toEqual({ ...made, updated_at: expect.any(String) });
});

test("the catalog lists a tool as MCP has it", async () => {
  const ctx = await freshTenant();
  await registerTool(ctx, full);
  const { listed } = await catalogOf(ctx.tenantId);
  expect(listed).toEqual([
    {
      name: "search",
      title: "Búsqueda",
      description: "",
      icons: [icon],
      inputSchema: {
        type: "object",
        properties: { region: { type: "string", "x-mcp-header": "Region" } },
        required: ["region"],
      },
      outputSchema: listing.output_schema,
      annotations: listing.annotations,
      execution: { taskSupport: "optional" },
      _meta: listing.meta,
    },
  ]);
  await registerTool(ctx, { ...plain, parameters: {} });
  expect((await catalogOf(ctx.tenantId)).listed).toEqual([
    { name: "search", description: "", inputSchema: { type: "object", properties: {} } },
  ]);
});

test("the catalog knows what a call has to keep to", async () => {
  const ctx = await freshTenant();
  await registerTool(ctx, full);
  const known = (await catalogOf(ctx.tenantId)).byMcpName.get("search");
  expect(known).toMatchObject({
    ...{ confirm: "always", needsConfirmation: true, pinned: true, taskSupport: "optional" },
  });
});

test.each([
  ["destructive", { destructiveHint: true }, true],
  ["destructive", { destructiveHint: false }, false],
  ["destructive", {}, false],
  ["never", { destructiveHint: true }, false],
  ["always", {}, true],
] as const)("confirm %s with %j asks the user: %s", async (confirm, annotations, asks) => {
  const ctx = await freshTenant();
  await registerTool(ctx, { ...plain, confirm, annotations });
  const known = (await catalogOf(ctx.tenantId)).byToolId.get("search");
  expect(known?.needsConfirmation).toBe(asks);
});

test("the catalog is searched by name, title and description; what cannot run is not found", async () => {
  const ctx = await freshTenant();
  await registerTool(ctx, { ...plain, tool_id: "a", name: "a", title: "Facturación" });
  await registerTool(ctx, { ...plain, tool_id: "b", name: "facturacion" });
  await registerTool(ctx, { ...plain, tool_id: "c", name: "c", description: "de facturación" });
  await registerTool(ctx, { tool_id: "d", name: "facturacion_vieja" });
  const catalog = await catalogOf(ctx.tenantId);
  expect(catalog.search("facturacion", 10).map(({ toolId }) => toolId)).toEqual(["b", "a", "c"]);
  expect(catalog.search("facturacion", 1)).toHaveLength(1);
});

test("no tool can newly take the name of a tool of the platform's own", async () => {
  const ctx = await freshTenant();
  for (const name of reservedNames) {
    await expect(registerTool(ctx, { ...plain, name })).rejects.toMatchObject({
      code: "conflict",
      errors: [{ pointer: "/name" }],
    });
    const dynamic = { name, description: "", implementation: "internal:echo" };
    await expect(createDynamicTool(ctx, dynamic)).rejects.toMatchObject({ code: "conflict" });
  }
  await registerTool(ctx, { ...plain, name: "memory_other" });
});

test("a tool that has had such a name goes on under it, and can be changed", async () => {
  const ctx = await freshTenant();
  await registerTool(ctx, plain);
  await withTenant(ctx.tenantId, (tx) =>
    tx.update(tools).set({ name: "search_tools", mcpName: "search_tools" }),
  );
  const kept = await registerTool(ctx, { ...plain, name: "search_tools", title: "Ours" });
  expect(kept).toMatchObject({ mcp_name: "search_tools", title: "Ours" });
});

test.each<[string, Partial<RegisterToolInput>]>([
  ["/title", { title: "two\nlines" }],
  ["/icons/0/src", { icons: [{ src: "http://example.com/a.png" }] }],
  ["/icons/0/sizes/0", { icons: [{ ...icon, sizes: ["big"] }] }],
  ["/annotations/readOnlyHint", { annotations: { readOnlyHint: "yes" as never } }],
  ["/output_schema/type", { output_schema: { type: "objekt" } }],
  ["/output_schema", { output_schema: { $ref: "#/$defs/missing" } }],
  ["/meta/dev.mcp~1x", { meta: { "dev.mcp/x": 1 } }],
  ["/confirm", { confirm: "sometimes" as never }],
  ["/pinned", { pinned: "yes" as never }],
  ["/task_support", { task_support: "maybe" as never }],
  ["/timeout_ms", { timeout_ms: 0 }],
  ["/annotations/title", { annotations: { title: "\0" } }],
  ["/timeout_ms", { timeout_ms: 3_600_001 }],
  [
    "/parameters/properties/a/x-mcp-header",
    { parameters: { type: "object", properties: { a: { type: "number", "x-mcp-header": "A" } } } },
  ],
  ["/parameters/a/x-mcp-header", { parameters: { a: { type: "string", "x-mcp-header": "A B" } } }],
])("a mistake at %s is named: %j", async (pointer, mistake) => {
  const ctx = await freshTenant();
  await expect(registerTool(ctx, { ...plain, ...mistake })).rejects.toMatchObject({
    code: "invalid_request",
    errors: expect.arrayContaining([expect.objectContaining({ pointer })]),
  });
});
