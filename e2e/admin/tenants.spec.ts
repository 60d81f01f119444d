import { callApi, expect, freshId, mustCall, test } from "./fixtures.ts";

test("a tenant is created, found, and has the limits that were typed", async ({ page }) => {
  const id = freshId("made");
  await page.goto("/admin/tenants");
  await page.getByRole("link", { name: "New tenant" }).click();
  await page.getByLabel("Tenant id").fill(id);
  await page.getByLabel("Name", { exact: true }).fill("Made in the console");
  await page.getByLabel("Tools", { exact: true }).fill("7");
  await page.getByLabel("Retention", { exact: true }).fill("30");
  await page.getByRole("button", { name: "Create tenant" }).click();
  await expect(page).toHaveURL(`/admin/tenants/${id}`);
  await expect(page.getByRole("heading", { name: "Made in the console" })).toBeVisible();
  await expect(page.getByText("0 of 7")).toBeVisible();

  const saved = await mustCall("GET", `/tenants/${id}`);
  expect(saved).toMatchObject({
    name: "Made in the console",
    tool_limits: { max_tools: 7 },
    mcp_config: { memory_retention_days: 30 },
    status: "active",
  });

  await page.goto("/admin/tenants");
  await page.getByRole("textbox", { name: "Search tenants" }).fill(id);
  await expect(page.getByRole("row")).toHaveCount(2);
  await expect(page.getByRole("cell", { name: id })).toBeVisible();
  await mustCall("DELETE", `/tenants/${id}`);
});

test("mistakes are told at their fields, and a taken id overwrites nobody", async ({
  page,
  tenant,
}) => {
  await page.goto("/admin/tenants/configure");
  await page.getByLabel("Tenant id").fill("Not A Slug");
  await page.getByLabel("Request rate").fill("0");
  await page.getByRole("button", { name: "Create tenant" }).click();
  await expect(page.getByLabel("Tenant id")).toHaveAccessibleDescription(/must be a slug/);
  await expect(page.getByLabel("Name", { exact: true })).toHaveAccessibleDescription(
    "must not be empty",
  );
  await expect(page.getByLabel("Request rate")).toHaveAttribute("aria-invalid", "true");

  await page.getByLabel("Tenant id").fill(tenant.id);
  await page.getByLabel("Name", { exact: true }).fill("Usurper");
  await page.getByLabel("Request rate").fill("");
  await page.getByRole("button", { name: "Create tenant" }).click();
  await expect(page.getByLabel("Tenant id")).toHaveAccessibleDescription(/another tenant's id/);
  expect(await mustCall("GET", `/tenants/${tenant.id}`)).toMatchObject({ name: tenant.name });
});

test("limits are edited, and keys that have no field stay as they are", async ({
  page,
  tenant,
}) => {
  await mustCall("POST", "/tenants/configure", {
    tenant_id: tenant.id,
    name: tenant.name,
    mcp_config: { custom_endpoints: ["https://a.example"], federation_enabled: true },
    tool_limits: { max_tools: 20, burst: { size: 3 } },
    ai_providers: ["openai"],
    egress_allow: ["*.a.example"],
  });
  await page.goto(`${tenant.path}/settings`);
  await page.getByLabel("Tools", { exact: true }).fill("");
  await page.getByLabel("Dynamic tools").fill("3");
  await page.getByLabel("Allowed besides the public internet").fill("*.a.example\n10.0.0.0/8");
  await page.getByRole("button", { name: "Save settings" }).click();
  await expect(page.getByText("The settings are saved")).toBeVisible();
  expect(await mustCall("GET", `/tenants/${tenant.id}`)).toMatchObject({
    mcp_config: { custom_endpoints: ["https://a.example"], federation_enabled: true },
    tool_limits: { max_dynamic_tools: 3, burst: { size: 3 } },
    ai_providers: ["openai"],
    egress_allow: ["*.a.example", "10.0.0.0/8"],
  });
});

test("what the server alone can judge is told at its field too", async ({ page, tenant }) => {
  await page.goto(`${tenant.path}/settings`);
  const allowed = page.getByLabel("Allowed besides the public internet");
  await allowed.fill("10.0.0.0/99");
  await page.getByRole("button", { name: "Save settings" }).click();
  await expect(allowed).toHaveAttribute("aria-invalid", "true");
  expect(await mustCall("GET", `/tenants/${tenant.id}`)).toMatchObject({ egress_allow: [] });
});

test("a suspended tenant's keys are refused until it is resumed", async ({ page, tenant }) => {
  const made = await mustCall("POST", "/keys", { name: "a" }, { tenantId: tenant.id });
  const key = String(made.key);
  await page.goto(`${tenant.path}/settings`);
  await page.getByRole("button", { name: "Suspend" }).click();
  await expect(page.getByText("This tenant is suspended")).toBeVisible();
  await expect
    .poll(async () => (await callApi("GET", "/tools", undefined, { key })).status)
    .toBe(403);
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(page.getByText("This tenant is suspended")).toBeHidden();
  await expect
    .poll(async () => (await callApi("GET", "/tools", undefined, { key })).status)
    .toBe(200);
});

test("a tenant is deleted only after its id is typed", async ({ page, tenant }) => {
  await page.goto(`${tenant.path}/settings`);
  await page.getByRole("button", { name: "Delete" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete tenant" });
  const confirm = dialog.getByRole("button", { name: "Delete tenant" });
  await dialog.getByRole("textbox").fill(`${tenant.id}x`);
  await expect(confirm).toBeDisabled();
  await dialog.getByRole("textbox").fill(tenant.id);
  await confirm.click();
  await expect(page).toHaveURL("/admin/tenants");
  expect((await callApi("GET", `/tenants/${tenant.id}`)).status).toBe(404);
  const gone = await page.goto(tenant.path);
  expect(gone?.status()).toBe(404);
  await expect(page.getByText("There is nothing here")).toBeVisible();
});

test("a list of more tenants than a page goes forward and back", async ({ page }) => {
  const prefix = freshId("page");
  const ids = Array.from({ length: 55 }, (_, at) => `${prefix}_${String(at).padStart(2, "0")}`);
  const create = (tenant_id: string) =>
    mustCall("POST", "/tenants/configure", { tenant_id, name: tenant_id });
  await Promise.all(ids.map(create));
  await page.goto(`/admin/tenants?q=${prefix}`);
  await expect(page.getByRole("row")).toHaveCount(51);
  await page.getByRole("link", { name: "Next" }).click();
  await expect(page.getByRole("row")).toHaveCount(6);
  await expect(page.getByRole("link", { name: `${prefix}_54` })).toBeVisible();
  await page.getByRole("link", { name: "Previous" }).click();
  await expect(page.getByRole("link", { name: `${prefix}_00` })).toBeVisible();
  await page.getByRole("textbox", { name: "Search tenants" }).fill(`${prefix}_nobody`);
  await expect(page.getByText("No tenants here")).toBeVisible();
  await Promise.all(ids.map((id) => callApi("DELETE", `/tenants/${id}`)));
});
