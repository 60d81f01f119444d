import { expect, operator, test } from "./fixtures.ts";

test("a password is changed only by who knows the old one and types the new one twice", async ({
  page,
}) => {
  await page.goto("/admin/tenants");
  await page.getByRole("button", { name: `Account: ${operator.email}` }).click();
  await page.getByRole("menuitem", { name: "Change password" }).click();
  await expect(page).toHaveURL("/admin/account");
  await page.getByLabel("Current password").fill("not the password");
  await page.getByLabel("New password", { exact: true }).fill("too short");
  await page.getByLabel("New password again").fill("another");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByLabel("New password", { exact: true })).toHaveAccessibleDescription(
    /must have at least 10 characters/,
  );

  await page.getByLabel("New password", { exact: true }).fill("long enough now");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByLabel("New password again")).toHaveAccessibleDescription(
    "is not the same",
  );
  await page.getByLabel("New password again").fill("long enough now");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByLabel("Current password")).toHaveAccessibleDescription(
    "is not your password",
  );
});
