import { readFile } from "node:fs/promises";
import { callApi, choose, expect, freshId, mustCall, test } from "./fixtures.ts";

const config = {
  implementation: "https://crm.example.com/customers",
  headers: { authorization: "Bearer {{secret:CRM_KEY}}", "x-key": "hunter2" },
};

test("a tenant's definitions are exported, planned for another tenant, and imported there", async ({
  page,
  tenant,
}) => {
  const other = freshId("e2e");
  await mustCall("POST", "/tenants/configure", { tenant_id: other, name: other });
  const [from, to] = [{ tenantId: tenant.id }, { tenantId: other }];
  await mustCall("POST", "/tools/register", { tool_id: "crm", name: "crm", config }, from);
  const echo = { config: { implementation: "internal:echo" } };
  await mustCall("POST", "/tools/register", { tool_id: "say", name: "say", ...echo }, from);
  const old = { tool_id: "say", name: "say", description: "Older words", ...echo };
  await mustCall("POST", "/tools/register", old, to);

  await page.goto(tenant.path);
  await page.getByRole("link", { name: "Import & export" }).click();
  await page.getByRole("checkbox", { name: "Prompts" }).uncheck();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download YAML" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe(`${tenant.id}.bundle.yaml`);
  const text = await readFile(await download.path(), "utf8");
  expect(text).toContain("Bearer {{secret:CRM_KEY}}");
  expect(text).not.toContain("hunter2");
  expect(text).not.toContain("prompts:");

  await page.goto(`/admin/tenants/${other}/bundle`);
  await page.getByLabel("Bundle file").setInputFiles({
    ...{ name: "a.bundle.yaml", mimeType: "application/yaml", buffer: Buffer.from(text) },
  });
  await page.getByRole("button", { name: "Plan the import" }).click();
  const plan = page.getByRole("list", { name: "Plan" });
  await expect(plan).toContainText("/config/headers/x-key");
  await expect(page.getByRole("button", { name: "Import 1 item" })).toBeDisabled();

  await page.getByRole("radio", { name: "Paste" }).click();
  await page
    .getByLabel("Bundle", { exact: true })
    .fill(text.replace('"[secret]"', '"{{secret:CRM_ID}}"'));
  await choose(page, "An item that differs here", "Refuse the import");
  await page.getByRole("button", { name: "Plan again" }).click();
  await expect(plan.getByText("Conflict", { exact: true })).toBeVisible();
  await choose(page, "An item that differs here", "Update it");
  await page.getByRole("button", { name: "Plan again" }).click();
  await expect(page.getByText("CRM_ID, CRM_KEY")).toBeVisible();
  await page.getByRole("button", { name: "Changes of say" }).click();
  await expect(page.getByRole("region", { name: "Changes" })).toContainText("Older words");

  // Somebody else changes what the plan was made of.
  const between = { ...old, description: "Newer words" };
  await mustCall("POST", "/tools/register", between, to);
  await page.getByRole("button", { name: "Import 2 items" }).click();
  await expect(page.getByRole("alert").getByText("plan again")).toBeVisible();
  await page.getByRole("button", { name: "Plan again" }).click();
  await page.getByRole("button", { name: "Import 2 items" }).click();
  await expect(page.getByRole("status").getByText("1 created, 1 updated")).toBeVisible();
  const { body } = await callApi("GET", "/tools/say", undefined, to);
  expect(body.description).toBe("");
  await callApi("DELETE", `/tenants/${other}`);
});
