import { expect, mustCall, test } from "./fixtures.ts";

test("a resource's password is sealed, and editing keeps it", async ({ page, tenant }) => {
  await page.goto(`${tenant.path}/resources`);
  await page.getByRole("link", { name: "Register resource" }).first().click();
  await page.getByLabel("Resource id").fill("crm");
  await page.getByLabel("Name", { exact: true }).fill("Customers");
  await page.getByLabel("Type").fill("database");
  await page.getByLabel("Address").fill("postgres://crm:hunter2@db.example/crm");
  await page.getByLabel("Permissions").fill("read, write");
  await page.getByRole("button", { name: "Register resource" }).click();
  await expect(page.getByText("postgres://crm:[secret]@db.example/crm")).toBeVisible();
  expect(await page.content()).not.toContain("hunter2");

  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByLabel("Name", { exact: true }).fill("All customers");
  await page.getByRole("button", { name: "Save resource" }).click();
  await expect(page.getByRole("heading", { name: "All customers" })).toBeVisible();
  const read = await mustCall("GET", "/resources/crm", undefined, { tenantId: tenant.id });
  expect(read).toMatchObject({
    uri: "postgres://crm:[secret]@db.example/crm",
    access_permissions: ["read", "write"],
  });

  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete resource" }).click();
  await expect(page.getByText("No resources yet")).toBeVisible();
});

test("resources are listed by type", async ({ page, tenant }) => {
  for (const [resource_id, type] of [
    ["a", "database"],
    ["b", "file"],
  ]) {
    const body = { resource_id, name: resource_id, type, uri: "file:///x" };
    await mustCall("POST", "/resources/register", body, { tenantId: tenant.id });
  }
  await page.goto(`${tenant.path}/resources`);
  await page.getByRole("combobox", { name: "Type" }).click();
  await page.getByRole("option", { name: "file" }).click();
  await expect(page).toHaveURL(/type=file/);
  await expect(page.getByRole("row")).toHaveCount(2);
});
