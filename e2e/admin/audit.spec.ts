import { choose, expect, mustCall, test } from "./fixtures.ts";

test("the log shows what was before and after, and is filtered by action and target", async ({
  page,
  tenant,
}) => {
  const change = { tenant_id: tenant.id, name: "Renamed", tool_limits: { max_tools: 4 } };
  await mustCall("POST", "/tenants/configure", change);
  await mustCall("POST", "/memory/register", { agent_id: "a1" }, { tenantId: tenant.id });
  await page.goto(`${tenant.path}/audit`);
  await expect(page.getByRole("row")).toHaveCount(4);

  await choose(page, "Action", "tenant.update");
  await expect(page.getByRole("row")).toHaveCount(2);
  await expect(page.getByRole("cell", { name: /name, .*tool_limits.max_tools/ })).toBeVisible();
  await page.getByRole("button", { name: /Details of tenant.update/ }).click();
  const entry = page.getByRole("dialog", { name: "tenant.update" });
  const side = (title: string) =>
    entry.locator("section").filter({ has: page.getByRole("heading", { name: title }) });
  await expect(side("Before")).toContainText(tenant.name);
  await expect(side("After")).toContainText("Renamed");
  await page.keyboard.press("Escape");

  await page.goto(`${tenant.path}/audit?target=a1`);
  await expect(page.getByRole("row")).toHaveCount(2);
  await expect(page.getByRole("row", { name: /memory.create/ })).toBeVisible();
});

test("the deployment's log tells sign-ins and the making of tenants", async ({ page, tenant }) => {
  await page.goto(`/admin/audit?target=${tenant.id}`);
  await expect(page.getByRole("row", { name: /tenant.create/ })).toBeVisible();
  await page.goto("/admin/audit?action=operator.sign_in");
  await expect(page.getByRole("row", { name: /operator.sign_in/ }).first()).toBeVisible();
});
