import { callApi, choose, mustCall } from "../admin/fixtures.ts";
import { expect, newMember, newTenant, signIn, test } from "./fixtures.ts";

test("owners of two tenants make, review, accept and end an offer, and a viewer finds none of it", async ({
  signedOut: page,
  tenant,
}) => {
  test.slow();
  const other = await newTenant();
  for (const { id, name } of [tenant, other]) {
    await mustCall("POST", "/tenants/configure", {
      ...{ tenant_id: id, name, mcp_config: { federation_enabled: true } },
    });
  }
  const tool = { tool_id: "echo", name: "echo", config: { implementation: "internal:echo" } };
  await mustCall("POST", "/tools/register", tool, { tenantId: tenant.id });
  const owner = await newMember(tenant, "owner");
  await signIn(page, owner);
  await expect(page).toHaveURL(/\/connect$/);
  await page.getByRole("link", { name: "Offers" }).click();
  await expect(page.getByText("Nothing is offered")).toBeVisible();
  await page.getByRole("button", { name: "New offer" }).click();
  const dialog = page.getByRole("dialog");
  await choose(dialog, "What is offered", "echo");
  await dialog.getByRole("textbox", { name: "Tenants" }).fill(other.id);
  await dialog.getByRole("button", { name: "Make offer" }).click();
  await expect(page.getByRole("row", { name: /echo/ })).toContainText("Offered");

  await page.context().clearCookies();
  await signIn(page, await newMember(other, "owner"));
  await expect(page).toHaveURL(`/portal/${other.id}/connect`);
  await page.goto(`/portal/${other.id}/offers/received`);
  await page.getByRole("button", { name: /Review echo/ }).click();
  await dialog.getByRole("textbox", { name: "Prefix" }).fill("acme");
  await dialog.getByRole("button", { name: "Accept", exact: true }).click();
  const received = page.getByRole("row", { name: /acme_echo/ });
  await expect(received).toContainText("Accepted");
  const foreign = await page.goto(`/portal/${tenant.id}/offers`);
  expect(foreign?.status()).toBe(404);
  await page.goto(`/portal/${other.id}/offers/received`);
  await page.getByRole("button", { name: /Review echo/ }).click();
  await dialog.getByRole("button", { name: "End it" }).click();
  await expect(page.getByText("Nothing was offered")).toBeVisible();

  await page.context().clearCookies();
  await signIn(page, await newMember(other, "viewer"));
  await expect(page).toHaveURL(`/portal/${other.id}/connect`);
  await expect(page.getByRole("link", { name: "Offers" })).toHaveCount(0);
  await page.goto(`/portal/${other.id}/offers`);
  await expect(page.getByText(/There is nothing here/)).toBeVisible();
  await expect(page.getByRole("button", { name: "New offer" })).toHaveCount(0);
  await callApi("DELETE", `/tenants/${other.id}`);
});
