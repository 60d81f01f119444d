import { choose, expect, freshId, mustCall, test } from "./fixtures.ts";

test("a budget of an agent is set, changed and deleted, and a mistake is told at its field", async ({
  page,
  tenant,
}) => {
  await page.goto(`${tenant.path}/budgets`);
  await page.getByRole("button", { name: "New budget" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Limit" }).fill("much");
  await dialog.getByRole("button", { name: "Set budget" }).click();
  await expect(dialog.getByText("Enter an amount, such as 25 or 0.50.")).toBeVisible();
  await dialog.getByRole("textbox", { name: "Limit" }).fill("2.50");
  await choose(dialog, "Budget for", "One agent");
  await dialog.getByRole("textbox", { name: "Agent id" }).fill("ventas");
  await dialog.getByRole("button", { name: "Set budget" }).click();
  const row = page.getByRole("row", { name: /ventas/ });
  await expect(row).toContainText("0 of 2.5 spent");
  await expect(row).toContainText("Below 50%");

  await page.getByRole("button", { name: "Actions for Agent, a month" }).click();
  await page.getByRole("menuitem", { name: "Change" }).click();
  await dialog.getByRole("textbox", { name: "Limit" }).fill("3");
  await dialog.getByRole("switch", { name: "Allow models without a price" }).click();
  await dialog.getByRole("button", { name: "Save budget" }).click();
  await expect(row).toContainText("0 of 3 spent");
  await expect(row).toContainText("Allowed");

  await page.getByRole("button", { name: "Actions for Agent, a month" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await dialog.getByRole("button", { name: "Delete budget" }).click();
  await expect(page.getByText("No budgets yet")).toBeVisible();
});

test("prices are added one by one and as a list, and a model's history stands beside its price", async ({
  page,
}) => {
  const [model, listed] = [freshId("model"), freshId("listed")];
  await mustCall("PUT", "/prices", {
    prices: [
      {
        ...{ provider: "openai", model, input_micros: 1_000_000, output_micros: 2_000_000 },
        effective_from: "2026-01-01T00:00:00Z",
      },
    ],
  });
  await page.goto("/admin/prices");
  await page.getByRole("button", { name: "Add price" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Provider" }).fill("openai");
  await dialog.getByRole("textbox", { name: "Model" }).fill(model);
  await dialog.getByRole("textbox", { name: "Input", exact: true }).fill("0.75");
  await dialog.getByRole("textbox", { name: "Output" }).fill("1.5");
  await dialog.getByRole("button", { name: "Add price" }).click();
  const row = page.getByRole("row", { name: new RegExp(model) });
  await expect(row).toHaveCount(1);
  await expect(row).toContainText("0.75");
  await row.getByRole("link", { name: model }).click();
  await expect(row).toHaveCount(2);
  await expect(row.first()).toContainText("Past");

  await page.getByRole("button", { name: "Import list" }).click();
  await dialog.getByRole("textbox", { name: "Prices" }).fill('[{ "provider": "openai" }]');
  await dialog.getByRole("button", { name: "Import prices" }).click();
  await expect(dialog.getByText(/^prices\.0\./)).toBeVisible();
  const coming = { provider: "openai", model: listed, input_micros: 1, output_micros: 2 };
  const list = JSON.stringify([{ ...coming, effective_from: "2099-01-01T00:00:00Z" }]);
  await dialog.getByRole("textbox", { name: "Prices" }).fill(list);
  await dialog.getByRole("button", { name: "Import prices" }).click();
  await expect(dialog).toBeHidden();
  await page.goto(`/admin/prices?history=all&provider=openai&model=${listed}`);
  await page.getByRole("button", { name: `Delete the coming price of ${listed}` }).click();
  await dialog.getByRole("button", { name: "Delete price" }).click();
  await expect(page.getByText("No prices here")).toBeVisible();
});
