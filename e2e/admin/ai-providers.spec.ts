import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, mustCall, test } from "./fixtures.ts";

/** A server that lists one model and answers whatever it is asked, at 10 tokens in and 5 out. */
let server: Server;
let host: string;

test.beforeAll(async () => {
  server = createServer((request, response) => {
    response.setHeader("content-type", "application/json");
    const message = { role: "assistant", content: "Hello" };
    const choices = [{ index: 0, finish_reason: "stop", message }];
    const usage = { prompt_tokens: 10, completion_tokens: 5 };
    const isList = request.url?.endsWith("/models");
    response.end(JSON.stringify(isList ? { data: [{ id: "small-1" }] } : { choices, usage }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

test.afterAll(() => new Promise((resolve) => server.close(resolve)));

test("a provider is added with prices, tested, used at its cost, edited and deleted", async ({
  page,
  tenant,
}) => {
  const credential = { tenantId: tenant.id };
  const { id: tenant_id, name } = tenant;
  await mustCall("POST", "/tenants/configure", { tenant_id, name, egress_allow: [host] });
  await mustCall("PUT", "/secrets/HOUSE_KEY", { value: "sk-house-123" }, credential);
  await page.goto(`${tenant.path}/ai-providers`);
  await page.getByRole("link", { name: "New provider" }).first().click();
  await page.getByLabel("Name", { exact: true }).fill("house");
  await page.getByLabel("Address").fill(`http://${host}/v1`);
  await page.getByLabel("Secret with the key").fill("HOUSE_KEY");
  await page.getByRole("button", { name: "Add price" }).click();
  await page.getByLabel("Model", { exact: true }).fill("small-1");
  await page.getByLabel("Input", { exact: true }).fill("a lot");
  await page.getByLabel("Output").fill("20");
  await page.getByRole("button", { name: "Add provider" }).click();
  await expect(page.getByText("Enter an amount, such as 2.50.")).toBeVisible();
  await page.getByLabel("Input", { exact: true }).fill("1.50");
  await page.getByRole("button", { name: "Add provider" }).click();
  await expect(page.getByText("house is added")).toBeVisible();

  const menu = page.getByRole("button", { name: "Actions for house" });
  await menu.click();
  await page.getByRole("menuitem", { name: "Test connection" }).click();
  await expect(page.getByText(/house took the key and listed 1 models/)).toBeVisible();

  for (const [tool_id, model] of [
    ["priced", "small-1"],
    ["unpriced", "other"],
  ] as const) {
    const config = { implementation: `ai:house/${model}`, prompt: "Hi" };
    await mustCall("POST", "/tools/register", { tool_id, name: tool_id, config }, credential);
    await page.goto(`${tenant.path}/tools/${tool_id}/test`);
    await page.getByRole("button", { name: "Run revision 1" }).click();
    const result = page.getByRole("region", { name: "Result" });
    await expect(result).toContainText("Hello");
    const cost = tool_id === "priced" ? "$0.000115" : "Unknown";
    await expect(page.getByText(cost, { exact: true })).toBeVisible();
  }

  await page.goto(`${tenant.path}/ai-providers`);
  await page.getByRole("link", { name: "house" }).click();
  await expect(page.getByLabel("Input", { exact: true })).toHaveValue("1.5");
  await page.getByRole("button", { name: "Remove price 1" }).click();
  await page.getByRole("button", { name: "Save provider" }).click();
  await expect(page.getByText("house is saved")).toBeVisible();
  await menu.click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  const dialog = page.getByRole("dialog").or(page.getByRole("alertdialog"));
  await dialog.getByRole("textbox").fill("house");
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText("No AI providers yet")).toBeVisible();
});
