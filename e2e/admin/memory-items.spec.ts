import { expect, mustCall, test } from "./fixtures.ts";

test("a memory is found, restored, deleted, brought back and erased", async ({ page, tenant }) => {
  const of = { tenantId: tenant.id };
  const address = "/memory/ada/items/plans/trip%2Flisbon";
  await mustCall("PUT", address, { content: { city: "Lisbon" }, tags: ["travel"] }, of);
  await mustCall("PUT", address, { content: { city: "Porto" } }, of);
  await mustCall("PUT", "/memory/bob/items/plans/other", { content: "nothing" }, of);
  await page.goto(`${tenant.path}/memories`);
  await page.getByRole("link", { name: "By key" }).click();
  await expect(page.getByRole("link", { name: "other" })).toBeVisible();
  await page.getByLabel("Search memories").fill("travel");
  await expect(page.getByRole("link", { name: "other" })).toBeHidden();
  await page.getByRole("link", { name: "trip/lisbon" }).click();
  await expect(page.getByRole("heading", { name: "trip/lisbon" })).toBeVisible();
  await page.getByRole("button", { name: "Restore version 1" }).click();
  await expect(page.getByRole("button", { name: "Restore version 2" })).toBeVisible();
  expect(await mustCall("GET", address, undefined, of)).toMatchObject({
    ...{ content: { city: "Lisbon" }, version: 3 },
  });

  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Move to trash" }).click();
  await expect(page).toHaveURL(/\/memories\/items$/);
  await page.goto(`${tenant.path}/memories/items?view=trash`);
  await page.getByRole("button", { name: "Actions for trip/lisbon" }).press("Enter");
  await page.getByRole("menuitem", { name: "Bring back" }).press("Enter");
  await expect(page.getByText("trip/lisbon is back")).toBeVisible();

  await page.goto(`${tenant.path}/memories/items/ada/plans/trip%2Flisbon`);
  await page.getByRole("button", { name: "Erase" }).click();
  const dialog = page.getByRole("dialog");
  const erase = dialog.getByRole("button", { name: "Erase memory" });
  await expect(erase).toBeDisabled();
  await dialog.getByRole("textbox").fill("trip/lisbon");
  await erase.click();
  await expect(page).toHaveURL(/\/memories\/items$/);
  await expect(page.getByRole("link", { name: "trip/lisbon" })).toBeHidden();
  await page.goto(`${tenant.path}/memories/items?view=trash`);
  await expect(page.getByText("trip/lisbon")).toBeHidden();
});
