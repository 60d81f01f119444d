import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { choose, expect, mustCall, test } from "./fixtures.ts";

/** A shop that knows its callers by a token, and answers with what it was asked. */
let shop: Server;
let origin: string;

test.beforeAll(async () => {
  shop = createServer((request, response) => {
    const isKnown = request.headers.authorization === "Bearer shop-token-1";
    response.writeHead(isKnown ? 200 : 401, { "content-type": "application/json" });
    response.end(JSON.stringify({ data: { asked: request.url }, noise: "x" }));
  });
  await new Promise<void>((resolve) => shop.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
});

test.afterAll(() => new Promise((resolve) => shop.close(resolve)));

test("an HTTP tool is mapped, authenticated and its answer selected in the form", async ({
  page,
  tenant,
}) => {
  const credential = { tenantId: tenant.id };
  await mustCall("PUT", "/secrets/SHOP_TOKEN", { value: "shop-token-1" }, credential);
  await page.goto(`${tenant.path}/tools/register`);
  await page.getByLabel("Tool id").fill("item");
  await page.getByLabel("Name", { exact: true }).fill("item");
  await choose(page, "Method", "GET");
  const address = page.getByLabel("Address", { exact: true });
  await address.fill(`${origin}/items/{sku}`);
  const query = page.getByRole("group", { name: "Query" });
  await query.getByRole("button", { name: "Add" }).click();
  await query.getByLabel("Name").fill("max");
  await query.getByLabel("Value").fill("{{limit}}");
  await choose(page, "Type", "Bearer token");
  const secret = page.getByLabel("Secret", { exact: true });
  await secret.fill("SHOP_TOKE");
  await expect(page.getByText("There is no secret of this name yet")).toBeVisible();
  await secret.fill("SHOP_TOKEN");
  await expect(page.getByText("There is no secret of this name yet")).toBeHidden();
  await page.getByLabel("Select").fill("data.asked");
  await page.getByRole("button", { name: "Register tool" }).click();

  // The parameters know a query and a limit, and no sku.
  await expect(page.getByText(/\{sku\} names no parameter/)).toBeVisible();
  await address.fill(`${origin}/items/{query}`);
  await page.getByRole("button", { name: "Register tool" }).click();
  await expect(page.getByRole("heading", { name: "item" })).toBeVisible();
  const tool = await mustCall("GET", "/tools/item", undefined, credential);
  expect(tool).toMatchObject({
    config: {
      ...{ method: "GET", query: { max: "{{limit}}" }, response: { select: "data.asked" } },
      auth: { type: "bearer", secret: "SHOP_TOKEN" },
    },
  });
  const args = { arguments: { query: "a/b" } };
  const result = await mustCall("POST", "/tools/item/call", args, credential);
  expect(result).toMatchObject({ structuredContent: "/items/a%2Fb?max=10" });
});
