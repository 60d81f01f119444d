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
  await page.getByLabel("Arguments").fill('{"a": 20, "b": 22}');
  await page.getByRole("button", { name: "Call" }).click();
  const result = page.getByRole("region", { name: "Result" });
  await expect(result.getByText("Succeeded")).toBeVisible();
  await expect(result).toContainText("42");
});
