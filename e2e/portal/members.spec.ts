import { callApi, choose, freshId, mustCall } from "../admin/fixtures.ts";
import { expect, newMember, newTenant, signIn, test } from "./fixtures.ts";

test("an operator adds a member, who signs in, finds only their tenant and changes the password", async ({
  page: console,
  signedOut: portal,
  tenant,
}) => {
  test.slow();
  const other = await newTenant();
  const email = `${freshId("ada")}@example.com`;

  await console.goto(`${tenant.path}/members`);
  await console.getByRole("button", { name: "Add member" }).first().click();
  const dialog = console.getByRole("dialog");
  await dialog.getByLabel("E-mail").fill(email);
  await dialog.getByRole("button", { name: "Add member" }).click();
  await expect(dialog.getByText("Copy this password now")).toBeVisible();
  const password = await dialog.locator("code").innerText();
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(console.getByRole("table", { name: "Members" })).toContainText(email);
  await console.reload();
  expect(await console.content()).not.toContain(password);

  await signIn(portal, { email, password });
  await expect(portal).toHaveURL(`/portal/${tenant.id}/connect`);
  await expect(portal.getByRole("heading", { name: tenant.name })).toBeVisible();

  for (const path of ["/admin", tenant.path, `${tenant.path}/keys`]) {
    await portal.goto(path);
    await expect(portal).toHaveURL(`/portal/${tenant.id}/connect`);
  }
  const foreign = await portal.goto(`/portal/${other.id}/members`);
  expect(foreign?.status()).toBe(404);
  expect(await portal.content()).not.toContain(other.name);

  await portal.goto("/account");
  await portal.getByLabel("Current password").fill(password);
  await portal.getByLabel("New password", { exact: true }).fill("my very own words");
  await portal.getByLabel("New password again").fill("my very own words");
  await portal.getByRole("button", { name: "Change password" }).click();
  await expect(portal.getByText("The password is changed")).toBeVisible();
  await portal.getByRole("button", { name: `Account: ${email}` }).click();
  await portal.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(portal).toHaveURL(/\/sign-in/);

  await signIn(portal, { email, password });
  await expect(portal.getByText("The e-mail address or the password is wrong.")).toBeVisible();
  await signIn(portal, { email, password: "my very own words" });
  await expect(portal).toHaveURL(`/portal/${tenant.id}/connect`);
  await callApi("DELETE", `/tenants/${other.id}`);
});

test("an admin adds, changes and removes members, but no owner", async ({
  signedOut: page,
  tenant,
}) => {
  const owner = await newMember(tenant, "owner");
  const admin = await newMember(tenant, "admin");
  await signIn(page, admin);
  await expect(page).toHaveURL(/\/connect$/);
  await page.getByRole("link", { name: "Members" }).click();
  await page.getByRole("button", { name: "Add member" }).first().click();
  const email = `${freshId("new")}@example.com`;
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("E-mail").fill(email);
  await dialog.getByRole("combobox", { name: "Role" }).click();
  await expect(page.getByRole("option", { name: "Viewer" })).toBeVisible();
  await expect(page.getByRole("option", { name: "Owner" })).toHaveCount(0);
  await page.keyboard.press("Escape");
  await choose(dialog, "Role", "Viewer");
  await dialog.getByRole("button", { name: "Add member" }).click();
  await dialog.getByRole("button", { name: "Done" }).click();

  await expect(page.getByRole("button", { name: `Actions for ${owner.email}` })).toHaveCount(0);
  const row = page.getByRole("row").filter({ hasText: email });
  await page.getByRole("button", { name: `Actions for ${email}` }).click();
  await page.getByRole("menuitem", { name: "Change role" }).click();
  await choose(dialog, "Role", "Billing");
  await dialog.getByRole("button", { name: "Change role" }).click();
  await expect(row).toContainText("Billing");

  await page.getByRole("button", { name: `Actions for ${email}` }).click();
  await page.getByRole("menuitem", { name: "Remove" }).click();
  await dialog.getByRole("button", { name: "Remove member" }).click();
  await expect(row).toHaveCount(0);
});

test("a person of several tenants chooses, and one who is removed loses the pages at once", async ({
  signedOut: page,
  tenant,
}) => {
  const other = await newTenant();
  const { email, password, userId } = await newMember(tenant, "viewer");
  await mustCall("POST", "/members", { email, role: "developer" }, { tenantId: other.id });
  await signIn(page, { email, password });
  await expect(page).toHaveURL("/portal");
  await expect(page.getByRole("table", { name: "Your tenants" })).toContainText("Developer");
  await page.getByRole("link", { name: tenant.name }).click();
  await expect(page).toHaveURL(`/portal/${tenant.id}/connect`);
  await page.getByRole("link", { name: "Members" }).click();
  await expect(page.getByRole("table", { name: "Members" })).toContainText(email);
  await expect(page.getByRole("button", { name: "Add member" })).toHaveCount(0);

  await mustCall("DELETE", `/members/${userId}`, undefined, { tenantId: tenant.id });
  const refused = await page.goto(`/portal/${tenant.id}/members`);
  expect(refused?.status()).toBe(404);
  await page.getByRole("link", { name: "Your tenants" }).click();
  await expect(page).toHaveURL(`/portal/${other.id}/connect`);
  await mustCall("DELETE", `/members/${userId}`, undefined, { tenantId: other.id });
  await page.goto("/portal");
  await expect(page.getByText("You belong to no tenant")).toBeVisible();
  await callApi("DELETE", `/tenants/${other.id}`);
});

test("the portal sends a visitor to sign in and back, and an operator to the console", async ({
  page: console,
  signedOut: page,
  tenant,
}) => {
  const person = await newMember(tenant, "developer");
  await page.goto(`/portal/${tenant.id}/members`);
  await expect(page).toHaveURL(/\/sign-in\?callbackUrl=/);
  await page.getByLabel("E-mail").fill(person.email);
  await page.getByLabel("Password").fill(person.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(`/portal/${tenant.id}/members`);
  await console.goto(`/portal/${tenant.id}`);
  await expect(console).toHaveURL("/admin/tenants");
});
