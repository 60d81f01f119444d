import { callApi, expect, test } from "./fixtures.ts";

test("a secret is created, rotated, narrowed and deleted, and no page has its value", async ({
  page,
  tenant,
}) => {
  const as = { tenantId: tenant.id };
  await page.goto(`${tenant.path}/secrets`);
  await page.getByRole("button", { name: "New secret" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Name" }).fill("a-b");
  await dialog.getByRole("button", { name: "Create secret" }).click();
  await expect(dialog.getByText(/letters, digits or _/)).toBeVisible();
  await dialog.getByRole("textbox", { name: "Name" }).fill("CRM_TOKEN");
  await dialog.getByRole("textbox", { name: "Value" }).fill("tok-first-value");
  await dialog.getByLabel("Description").fill("Of the CRM");
  await dialog.getByRole("button", { name: "Create secret" }).click();
  const row = page.getByRole("row", { name: /CRM_TOKEN/ });
  await expect(row).toContainText("Any tool");

  await callApi(
    "POST",
    "/tools/register",
    {
      ...{ tool_id: "crm", name: "crm" },
      config: { implementation: "return secrets.get('CRM_TOKEN')", secrets: ["CRM_TOKEN"] },
    },
    as,
  );
  await page.reload();
  await expect(row.getByRole("link", { name: "crm" })).toBeVisible();

  await page.getByRole("button", { name: "Actions for CRM_TOKEN" }).click();
  await page.getByRole("menuitem", { name: "Rotate" }).click();
  await dialog.getByLabel("New value").fill("tok-second-value");
  await dialog.getByRole("button", { name: "Rotate secret" }).click();
  await expect(row.getByRole("cell", { name: "2", exact: true })).toBeVisible();
  const called = await callApi("POST", "/tools/crm/call", { arguments: {} }, as);
  expect(JSON.stringify(called.body)).toContain("[secret]");

  await page.getByRole("button", { name: "Actions for CRM_TOKEN" }).click();
  await page.getByRole("menuitem", { name: "Edit" }).click();
  await dialog.getByRole("switch", { name: "Any tool that names it" }).click();
  await dialog.getByRole("textbox", { name: "Tools" }).fill("another");
  await dialog.getByRole("button", { name: "Save changes" }).click();
  await expect(row).toContainText("1 tool");
  const refused = await callApi("POST", "/tools/crm/call", { arguments: {} }, as);
  expect(JSON.stringify(refused.body)).toContain("secret_unavailable");

  expect(await page.content()).not.toMatch(/tok-(first|second)-value/);
  await page.getByRole("button", { name: "Actions for CRM_TOKEN" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await expect(dialog).toContainText("fails from the next call on: crm");
  const confirm = dialog.getByRole("button", { name: "Delete secret" });
  await expect(confirm).toBeDisabled();
  await dialog.getByLabel(/to confirm/).fill("CRM_TOKEN");
  await confirm.click();
  await expect(page.getByText("No secrets yet")).toBeVisible();
});
