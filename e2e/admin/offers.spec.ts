import { callApi, choose, expect, freshId, mustCall, test } from "./fixtures.ts";

test("an offer is made, reviewed and accepted, its call counted on both sides, and revoked", async ({
  page,
  tenant,
}) => {
  const other = { id: freshId("partner"), name: "The partner" };
  const federated = { mcp_config: { federation_enabled: true } };
  await mustCall("POST", "/tenants/configure", {
    tenant_id: other.id,
    name: other.name,
    ...federated,
  });
  await mustCall("POST", "/tenants/configure", {
    ...{ tenant_id: tenant.id, name: tenant.name },
    ...federated,
  });
  const mine = { tenantId: tenant.id };
  const theirs = { tenantId: other.id };
  await mustCall(
    "POST",
    "/tools/register",
    {
      ...{ tool_id: "echo", name: "echo", description: "Gives back what it is given" },
      config: { implementation: "internal:echo" },
    },
    mine,
  );
  await page.goto(`${tenant.path}/offers`);
  await expect(page.getByText("Nothing is offered")).toBeVisible();
  await page.getByRole("button", { name: "New offer" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Make offer" }).click();
  await expect(dialog.getByText("Choose what is offered.")).toBeVisible();
  await choose(dialog, "What is offered", "echo");
  await dialog.getByRole("textbox", { name: "Tenants" }).fill(other.id);
  await dialog.getByRole("spinbutton", { name: "Price per call" }).fill("0.25");
  await dialog.getByRole("spinbutton", { name: "Calls in all" }).fill("10");
  await dialog.getByRole("button", { name: "Make offer" }).click();
  const row = page.getByRole("row", { name: /echo/ });
  await expect(row).toContainText("0.25 per call");
  await expect(row).toContainText("Offered");

  await page.goto(`/admin/tenants/${other.id}/offers/received`);
  await page.getByRole("button", { name: /Review echo/ }).click();
  await expect(dialog).toContainText("10 in all");
  await expect(dialog).toContainText("Gives back what it is given");
  await dialog.getByRole("textbox", { name: "Prefix" }).fill("acme");
  await dialog.getByRole("button", { name: "Accept", exact: true }).click();
  const received = page.getByRole("row", { name: /acme_echo/ });
  await expect(received).toContainText("Accepted");
  const { body } = await callApi("GET", "/tools", undefined, theirs);
  const [tool] = body as unknown as { tool_id: string }[];
  const called = await callApi("POST", `/tools/${tool?.tool_id}/call`, { arguments: {} }, theirs);
  expect(called.status).toBe(200);
  await page.reload();
  await expect(page.getByText(/Consumed in 30 days: 1 call, 0\.25/)).toBeVisible();

  await page.goto(`${tenant.path}/offers`);
  await expect(page.getByText(/Provided in 30 days: 1 call, 0\.25/)).toBeVisible();
  await page.getByRole("button", { name: /Actions for echo/ }).click();
  await page.getByRole("menuitem", { name: "Revoke" }).click();
  await dialog.getByRole("button", { name: "Revoke offer" }).click();
  await expect(row).toContainText("Revoked");
  await callApi("DELETE", `/tenants/${other.id}`);
});
