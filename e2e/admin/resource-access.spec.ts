import { choose, expect, mustCall, test } from "./fixtures.ts";

test("a resource is granted, explained, checked, revoked and opened again", async ({
  page,
  tenant,
}) => {
  const credential = { tenantId: tenant.id };
  await mustCall(
    "POST",
    "/resources/register",
    { resource_id: "crm", name: "Customers", type: "database", uri: "postgres://db/crm" },
    credential,
  );
  const scopes = ["resources:read", "resources:write"];
  const key = await mustCall(
    "POST",
    "/keys",
    { name: "billing", agent_id: "billing-bot", scopes },
    credential,
  );
  const statusFor = async () => {
    const answer = await fetch(new URL("/resources/crm", page.url()), {
      headers: { authorization: `Bearer ${key.key}` },
    });
    return answer.status;
  };
  await page.goto(`${tenant.path}/resources/crm`);
  const tabs = page.getByRole("navigation", { name: "Resource sections" });
  await tabs.getByRole("link", { name: "Access" }).click();
  await expect(page.getByText("Open to everyone", { exact: true })).toBeVisible();
  expect(await statusFor()).toBe(200);

  const dialog = page.getByRole("dialog");
  await page.getByRole("button", { name: "Close to everybody" }).click();
  await dialog.getByRole("button", { name: "Close to everybody" }).click();
  await expect(page.getByText("Closed to everybody", { exact: true })).toBeVisible();
  expect(await statusFor()).toBe(404);

  await page.getByRole("button", { name: "Add grant" }).click();
  await choose(dialog, "Which agent", "billing-bot");
  await dialog.getByRole("checkbox", { name: "write" }).click();
  await dialog.getByText("Conditions").click();
  await dialog.getByLabel("Tables").fill("public.orders, public.items");
  await dialog.getByLabel("Rows at most").fill("500");
  await choose(dialog, "Expires", "In a week");
  await dialog.getByRole("button", { name: "Save grant" }).click();
  await expect(dialog).toBeHidden();
  const row = page.getByRole("table", { name: "Grants" }).getByRole("row").nth(1);
  await expect(row).toContainText("public.items, public.orders");
  expect(await statusFor()).toBe(200);
  const who = page.getByRole("region", { name: "billing-bot" });
  await expect(who).toContainText('The resource does not offer "write"');

  await page.getByRole("checkbox", { name: "write" }).click();
  await page.getByRole("button", { name: "Save ceiling" }).click();
  await expect(who).not.toContainText("does not offer");
  expect(await mustCall("GET", "/resources/crm", undefined, credential)).toMatchObject({
    access_permissions: ["read", "write"],
  });

  await choose(page, "Which agent", "billing-bot");
  await page.getByLabel("On the tables").fill("public.users");
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await expect(page.getByRole("status").filter({ hasText: "Not for what is asked" })).toBeVisible();
  await page.getByLabel("On the tables").fill("public.orders");
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await expect(page.getByRole("status").filter({ hasText: "500 rows at most" })).toBeVisible();

  await row.getByRole("button", { name: "Actions for billing-bot" }).click();
  await page.getByRole("menuitem", { name: "Edit" }).click();
  await choose(dialog, "Grant to", "Role");
  await choose(dialog, "Which role", "viewer");
  await dialog.getByRole("button", { name: "Save grant" }).click();
  await expect(row).toContainText("Role viewer");
  expect(await statusFor()).toBe(404);

  await row.getByRole("button", { name: "Actions for viewer" }).click();
  await page.getByRole("menuitem", { name: "Revoke" }).click();
  await dialog.getByRole("button", { name: "Revoke grant" }).click();
  await expect(page.getByText("Closed to everybody", { exact: true })).toBeVisible();
  await page.goto(`${tenant.path}/resources`);
  await expect(page.getByRole("row", { name: /Customers/ })).toContainText("Granted only");
  await page.getByRole("link", { name: "Customers" }).click();
  await tabs.getByRole("link", { name: "Access" }).click();
  await page.getByRole("button", { name: "Open to everyone" }).click();
  await dialog.getByRole("button", { name: "Open to everyone" }).click();
  await expect(page.getByText("Open to everyone", { exact: true }).first()).toBeVisible();
  await expect.poll(statusFor).toBe(200);
});
