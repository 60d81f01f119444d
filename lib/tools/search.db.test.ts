import { expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { freshTenant } from "#lib/testing/context.ts";
import { listTools, registerTool } from "./service.ts";

useTestDatabase();

const all = { include_dynamic: true };

test("a search finds tools by id and by name, in either case, and pages", async () => {
  const ctx = await freshTenant();
  const other = await freshTenant();
  for (const [tool_id, name] of [
    ["a_1", "Invoice lookup"],
    ["b_invoice", "second"],
    ["c_3", "third"],
  ] as const) {
    await registerTool(ctx, { tool_id, name });
  }
  await registerTool(other, { tool_id: "invoice", name: "foreign" });
  const page = await listTools(ctx, { ...all, search: "INVOICE", limit: 1 });
  expect(page.items.map((tool) => tool.tool_id)).toEqual(["a_1"]);
  const next = await listTools(ctx, {
    ...all,
    search: "INVOICE",
    limit: 1,
    cursor: page.next ?? "",
  });
  expect(next.items.map((tool) => tool.tool_id)).toEqual(["b_invoice"]);
  expect(next.next).toBeNull();
});

test("signs that mean something in patterns are searched for as they stand", async () => {
  const ctx = await freshTenant();
  await registerTool(ctx, { tool_id: "a_b", name: "one" });
  await registerTool(ctx, { tool_id: "axb", name: "two" });
  expect((await listTools(ctx, { ...all, search: "a_b" })).items).toHaveLength(1);
  expect((await listTools(ctx, { ...all, search: "%" })).items).toHaveLength(0);
});
