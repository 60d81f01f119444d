import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "./fixtures.ts";

/** An API that serves its own description, which says less or more as the test goes on. */
let api: Server;
let address: string;
let paths: Record<string, unknown>;

test.beforeAll(async () => {
  api = createServer((_, response) => {
    response.setHeader("content-type", "application/json");
    const info = { title: "Pet Store", version: "1.0" };
    response.end(JSON.stringify({ openapi: "3.1.0", info, servers: [{ url: "/v1" }], paths }));
  });
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(api.address() as AddressInfo).port}/openapi.json`;
});

test.afterAll(() => new Promise((resolve) => api.close(resolve)));

test("operations of a description are chosen, imported, and imported again when they change", async ({
  page,
  tenant,
}) => {
  paths = {
    "/pets": {
      get: { operationId: "listPets", summary: "List pets" },
      post: { operationId: "addPet", requestBody: { content: { "multipart/form-data": {} } } },
    },
    "/pets/{id}": { delete: { operationId: "deletePet", summary: "Delete a pet" } },
  };
  await page.goto(`${tenant.path}/tools`);
  await page.getByRole("link", { name: "Import", exact: true }).first().click();
  await page.getByRole("radio", { name: "Address" }).click();
  await page.getByLabel("Address of the description").fill(address);
  await page.getByLabel("Prefix").fill("shop_");
  await page.getByRole("button", { name: "Read the description" }).click();

  const operations = page.getByRole("list", { name: "Operations" });
  await expect(operations.getByRole("listitem")).toHaveCount(3);
  await expect(operations).toContainText("multipart/form-data");
  await page.getByRole("button", { name: "Details of DELETE /pets/{id}" }).click();
  await expect(operations).toContainText("/v1/pets/{id}");
  await page.getByRole("button", { name: "Import 2 operations" }).click();
  await expect(page.getByRole("status").getByText("2 created")).toBeVisible();
  await page.getByRole("link", { name: "See the tools" }).click();
  await expect(page.getByRole("link", { name: "List pets" })).toBeVisible();
  await expect(page.getByText("shop_listPets").first()).toBeVisible();

  paths = { "/pets": { get: { operationId: "listPets", summary: "List all pets" } } };
  await page.goto(`${tenant.path}/tools/import`);
  await page.getByRole("radio", { name: "Address" }).click();
  await page.getByLabel("Address of the description").fill(address);
  await page.getByLabel("Prefix").fill("shop_");
  await page.getByRole("button", { name: "Read the description" }).click();
  await page.getByRole("button", { name: "Details of GET /pets" }).click();
  const changes = page.getByRole("region", { name: "Changes" });
  await expect(changes).toContainText("List all pets");
  await page.getByLabel("Delete these tools").check();
  await page.getByRole("button", { name: "Import 1 operation" }).click();
  await expect(page.getByRole("status").getByText("1 updated, 1 deleted")).toBeVisible();
});
