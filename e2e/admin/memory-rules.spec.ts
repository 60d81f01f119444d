import { choose, expect, mustCall, test } from "./fixtures.ts";

test("memory is shared and taken back, a namespace gets a life, and an agent is erased with a certificate", async ({
  page,
  tenant,
}) => {
  const of = { tenantId: tenant.id };
  await mustCall("PUT", "/memory/ada/items/plans/trip", { content: "Lisbon" }, of);
  await page.goto(`${tenant.path}/memories/rules`);
  await expect(page.getByText("Nothing is shared")).toBeVisible();

  await page.getByRole("button", { name: "Share memory" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Memory of the agent").fill("ada");
  await dialog.getByLabel("Namespace").fill("plans");
  await dialog.getByLabel("Id", { exact: true }).fill("bob");
  await choose(dialog, "May", "Read and write");
  await dialog.getByRole("button", { name: "Share memory" }).click();
  const row = page.getByRole("row", { name: /ada plans/ });
  await expect(row).toContainText("bob");
  expect(await mustCall("GET", "/memory/items/grants", undefined, of)).toMatchObject({
    grants: [{ agent_id: "ada", namespace: "plans", type: "agent", id: "bob", access: "write" }],
  });
  await page.getByRole("button", { name: "Actions for ada plans bob" }).press("Enter");
  await page.getByRole("menuitem", { name: "Take back" }).press("Enter");
  await expect(page.getByText("Nothing is shared")).toBeVisible();

  await page.getByRole("button", { name: "Set a life" }).click();
  await dialog.getByLabel("Namespace").fill("scratch");
  await dialog.getByLabel("Kept for").fill("36");
  await choose(dialog, "Unit", "hours");
  await dialog.getByRole("button", { name: "Set the life" }).click();
  await expect(page.getByText("36 hours", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Remove the life of scratch" }).click();
  await expect(page.getByText("36 hours", { exact: true })).toBeHidden();

  await page.getByRole("button", { name: "Erase memory" }).click();
  await dialog.getByLabel("Id of the agent or person").fill("ada");
  await dialog.getByLabel("The same id, to confirm").fill("adam");
  await dialog.getByRole("button", { name: "Erase for good" }).click();
  await expect(dialog.getByText("Type the same id again.")).toBeVisible();
  await dialog.getByLabel("The same id, to confirm").fill("ada");
  await dialog.getByRole("button", { name: "Erase for good" }).click();
  await expect(dialog.getByText("Certificate", { exact: true })).toBeVisible();
  await expect(dialog.getByText("ada", { exact: true })).toBeVisible();
  await dialog.getByRole("button", { name: "Done" }).click();
  expect(await mustCall("GET", "/memory/items?agent_id=ada", undefined, of)).toEqual({
    items: [],
  });
});
