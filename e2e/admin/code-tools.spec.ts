import { expect, test } from "./fixtures.ts";

test("a code tool is written, refused at its mistake, saved and run", async ({ page, tenant }) => {
  await page.goto(`${tenant.path}/tools/dynamic`);
  await page.getByLabel("Name", { exact: true }).fill("adder");
  await page.getByText("Runs your JavaScript or TypeScript here").click();
  const source = page.getByRole("textbox", { name: "Source" });
  await source.fill("return {sum: args.a + };");
  const parameters =
    '{"a": {"type": "number", "default": 1}, "b": {"type": "number", "default": 2}}';
  await page.getByLabel("Parameters").fill(parameters);
  await page.getByRole("button", { name: "Create tool" }).click();
  await expect(page.getByText(/line 1, column \d+: /).first()).toBeVisible();

  await source.fill("console.log('adds');\nreturn {sum: args.a + args.b};");
  await page.getByRole("button", { name: "Create tool" }).click();
  await expect(page.getByRole("heading", { name: "adder" })).toBeVisible();
  const tabs = page.getByRole("navigation", { name: "Tool sections" });
  await tabs.getByRole("link", { name: "Test" }).click();
  await page.getByLabel("a", { exact: true }).fill("20");
  await page.getByLabel("b", { exact: true }).fill("22");
  await page.getByRole("button", { name: "Run revision 1" }).click();
  const result = page.getByRole("region", { name: "Result" });
  await expect(result).toContainText("42");
  await expect(page.getByText("adds").first()).toBeVisible();
});
