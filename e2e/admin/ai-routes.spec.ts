import { expect, mustCall, test } from "./fixtures.ts";

test("a route is added, its models are put in another order, and it is deleted", async ({
  page,
  tenant,
}) => {
  const { id: tenant_id, name } = tenant;
  const ai_providers = ["openai", "anthropic"];
  await mustCall("POST", "/tenants/configure", { tenant_id, name, ai_providers });
  await page.goto(`${tenant.path}/ai-routes`);
  await expect(page.getByText("No AI routes yet")).toBeVisible();
  await page.getByRole("link", { name: "New route" }).first().click();
  await page.getByLabel("Name", { exact: true }).fill("fast");
  await page.getByLabel("Model", { exact: true }).fill("elsewhere/small");
  await page.getByLabel("Weight", { exact: true }).fill("3");
  await page.getByRole("button", { name: "Add model" }).click();
  await page.getByLabel("Model 2", { exact: true }).fill("anthropic/small");
  await page.getByRole("button", { name: "Add route" }).click();
  await expect(page.getByText('there is no AI provider "elsewhere" in this tenant')).toBeVisible();
  await page.getByLabel("Model", { exact: true }).fill("openai/small");
  await page.getByRole("button", { name: "Add route" }).click();
  await expect(page.getByText("fast is added")).toBeVisible();
  const row = page.getByRole("row", { name: /fast/ });
  await expect(row.getByRole("listitem")).toHaveText(["openai/small100%", "anthropic/small"]);

  await page.getByRole("link", { name: "fast" }).click();
  await page.getByRole("button", { name: "Ask model 2 earlier" }).click();
  await expect(page.getByLabel("Model", { exact: true })).toHaveValue("anthropic/small");
  await page.getByLabel("Time for each model").fill("5");
  await page.getByRole("button", { name: "Save route" }).click();
  await expect(page.getByText("fast is saved")).toBeVisible();
  await expect(row.getByRole("listitem")).toHaveText(["anthropic/small", "openai/small100%"]);
  await expect(row).toContainText("5 s");

  await page.getByRole("button", { name: "Actions for fast" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  const dialog = page.getByRole("dialog").or(page.getByRole("alertdialog"));
  await dialog.getByRole("textbox").fill("fast");
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText("No AI routes yet")).toBeVisible();
});

test("the connect page shows the address of the gateway for either SDK", async ({
  page,
  tenant,
}) => {
  await page.goto(`${tenant.path}/connect`);
  await expect(page.getByText(/new OpenAI\(\{ baseURL: "http.*\/v1"/)).toBeVisible();
  await page.getByRole("radio", { name: "Anthropic SDK" }).click();
  await expect(page.getByText(/new Anthropic\(\{ baseURL: "http/)).toBeVisible();
});
