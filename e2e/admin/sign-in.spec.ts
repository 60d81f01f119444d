import { expect, fillSignIn, operator, test } from "./fixtures.ts";

test("a visitor is sent to sign in, and comes back to the page that was asked for", async ({
  signedOut: page,
  tenant,
}) => {
  await page.goto(`${tenant.path}/audit?action=tenant.create`);
  await expect(page).toHaveURL(/\/sign-in\?callbackUrl=/);
  await fillSignIn(page, operator.password);
  await expect(page).toHaveURL(`${tenant.path}/audit?action=tenant.create`);
  await expect(page.getByRole("heading", { name: tenant.name })).toBeVisible();
});

test("a wrong password is refused in words that do not say which of the two is wrong", async ({
  signedOut: page,
}) => {
  await page.goto("/sign-in");
  await fillSignIn(page, "not the password");
  await expect(page.getByRole("alert").filter({ hasText: "wrong" })).toContainText(
    "The e-mail address or the password is wrong.",
  );
  await expect(page.getByLabel("Password")).toBeFocused();
  await expect(page.getByLabel("Password")).toHaveValue("");
  await fillSignIn(page, operator.password);
  await expect(page).toHaveURL(/\/admin\/tenants$/);
});

test("empty fields are told at the fields, and nothing is sent", async ({ signedOut: page }) => {
  await page.goto("/sign-in");
  let sent = 0;
  page.on("request", (request) => {
    if (request.url().includes("/api/auth/callback")) sent++;
  });
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByLabel("E-mail")).toHaveAccessibleDescription("Enter your e-mail address.");
  await expect(page.getByLabel("Password")).toHaveAccessibleDescription("Enter your password.");
  expect(sent).toBe(0);
});

test("the sign-in page leads to no other site", async ({ page }) => {
  for (const asked of ["https://example.com/", "//example.com/", "/\\example.com"]) {
    await page.goto(`/sign-in?callbackUrl=${encodeURIComponent(asked)}`);
    await expect(page).toHaveURL(/\/admin\/tenants$/);
  }
});

test("signing out ends the session in the browser", async ({ signedOut: page }) => {
  await page.goto("/sign-in");
  await fillSignIn(page, operator.password);
  await page.waitForURL("**/admin/tenants");
  await page.getByRole("button", { name: `Account: ${operator.email}` }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await page.goto("/admin/keys");
  await expect(page).toHaveURL(/\/sign-in\?callbackUrl=%2Fadmin%2Fkeys/);
});

test("the whole form works from the keyboard", async ({ signedOut: page }) => {
  await page.goto("/sign-in");
  await expect(page.getByLabel("E-mail")).toBeFocused();
  await page.keyboard.type(operator.email);
  await page.keyboard.press("Tab");
  await expect(page.getByLabel("Password")).toBeFocused();
  await page.keyboard.type(operator.password);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/admin\/tenants$/);
});
