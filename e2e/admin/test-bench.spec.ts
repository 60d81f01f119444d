import { choose, expect, mustCall, test } from "./fixtures.ts";

const pets = {
  cat: {
    ...{ type: "object", required: ["kind"] },
    properties: { kind: { const: "cat" }, lives: { type: "integer", maximum: 9 } },
  },
  dog: {
    ...{ type: "object", required: ["kind"] },
    properties: { kind: { const: "dog" }, name: { type: "string" } },
  },
};

const parameters = {
  type: "object",
  required: ["pet"],
  properties: {
    pet: { oneOf: [{ $ref: "#/$defs/cat" }, { $ref: "#/$defs/dog" }] },
    day: { type: "string", format: "date" },
    note: { anyOf: [{ type: "string" }, { type: "null" }] },
    count: { type: "integer", minimum: 1, maximum: 9, default: 3 },
    lines: {
      type: "array",
      items: {
        ...{ type: "object", required: ["sku"] },
        properties: { sku: { type: "string" }, size: { enum: ["S", "L"] } },
      },
    },
  },
  $defs: pets,
};

test("the form of a schema fills in objects, lists, one of several forms, null and dates", async ({
  page,
  tenant,
}) => {
  const config = { implementation: "internal:echo" };
  const tool = { tool_id: "order", name: "order", config, parameters };
  await mustCall("POST", "/tools/register", tool, { tenantId: tenant.id });
  await page.goto(`${tenant.path}/tools/order/test`);
  await choose(page, "Form of pet", "dog");
  await page.getByLabel("name", { exact: true }).fill("Rex");
  await page.getByLabel("day").fill("2026-11-25");
  await page.getByRole("checkbox", { name: "note is null" }).check();
  await expect(page.getByLabel("count", { exact: true })).toHaveValue("3");
  await expect(page.getByText("From 1 to 9. Default: 3.")).toBeVisible();
  await page.getByLabel("count", { exact: true }).fill("10");
  await expect(page.getByLabel("count", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await page.getByLabel("count", { exact: true }).fill("4");
  const add = page.getByRole("button", { name: "Add to lines" });
  await add.click();
  await page.getByLabel("sku").fill("first");
  await add.click();
  await page.getByLabel("sku").nth(1).fill("second");
  await page.getByRole("button", { name: "Remove lines 1" }).click();
  await expect(page.getByLabel("sku")).toHaveValue("second");
  await choose(page, "size", "L");
  await page.getByRole("button", { name: "Run revision 1" }).click();
  const result = page.getByRole("region", { name: "Result" });
  await expect(result).toContainText('"second"');
  await page.getByRole("radio", { name: "JSON", exact: true }).click();
  expect(JSON.parse(await page.getByLabel("Arguments as JSON").inputValue())).toEqual({
    ...{ pet: { kind: "dog", name: "Rex" }, day: "2026-11-25", note: null, count: 4 },
    lines: [{ sku: "second", size: "L" }],
  });
  await expect(page.getByText("Cost")).toBeVisible();
});
