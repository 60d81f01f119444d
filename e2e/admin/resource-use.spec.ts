import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import postgres from "postgres";
import { choose, expect, mustCall, setting, test } from "./fixtures.ts";

/** A database with one table, whose owner is no superuser, as a resource has to have it. */
async function withPeople(work: (url: string) => Promise<void>): Promise<void> {
  const name = `people_${randomBytes(6).toString("hex")}`;
  const admin = postgres(setting("DATABASE"), { max: 1, onnotice: () => undefined });
  await admin.unsafe(`create role ${name} login password '${name}'`);
  await admin.unsafe(`create database ${name} owner ${name} template template0`);
  const url = new URL(setting("DATABASE"));
  Object.assign(url, { username: name, password: name, pathname: `/${name}` });
  try {
    const own = postgres(url.href, { max: 1 });
    await own.unsafe("create table people (id int primary key, name text)");
    await own.unsafe("comment on table people is 'Who works here'");
    await own.unsafe("insert into people select n, 'Person ' || n from generate_series(1, 3) n");
    await own.end();
    url.searchParams.set("sslmode", "disable");
    await work(url.href);
  } finally {
    await admin.unsafe(`drop database ${name} with (force)`);
    await admin.unsafe(`drop role ${name}`);
    await admin.end();
  }
}

test("a database is looked at, queried page by page and changed", async ({ page, tenant }) => {
  await withPeople(async (uri) => {
    await mustCall(
      "POST",
      "/resources/register",
      {
        ...{ resource_id: "crm", name: "Customers", type: "database", uri },
        access_permissions: ["read", "write"],
        connection: { max_rows: 2 },
      },
      { tenantId: tenant.id },
    );
    await page.goto(`${tenant.path}/resources/crm/query`);
    await page.getByText("people", { exact: true }).click();
    await expect(page.getByText("Who works here")).toBeVisible();
    await page.getByRole("button", { name: "Select from people" }).click();
    await page.getByRole("button", { name: "Run" }).click();
    const result = page.getByRole("table", { name: "Result" });
    await expect(result).toContainText("Person 2");
    await page.getByRole("button", { name: "Next rows" }).click();
    await expect(result).toContainText("Person 3");
    await page.getByLabel("SQL").fill("delete from people where id = $1");
    await page.getByLabel("Parameters").fill("[3]");
    await page.getByRole("button", { name: "Run" }).click();
    await expect(page.getByText("Here stands one SELECT or VALUES")).toBeVisible();
    await choose(page, "May", "Change data");
    await page.getByRole("button", { name: "Run" }).click();
    await expect(page.getByText("DELETE: 1")).toBeVisible();
  });
});

test("files of a resource are uploaded, gone through, downloaded and deleted; its connection stays", async ({
  page,
  tenant,
}) => {
  const credential = { tenantId: tenant.id };
  const offered = ["read", "write", "delete"];
  await mustCall(
    "POST",
    "/resources/register",
    {
      ...{ resource_id: "docs", name: "Docs", type: "file", uri: "file:///docs" },
      ...{ access_permissions: offered, health_check_minutes: 15 },
    },
    credential,
  );
  await page.goto(`${tenant.path}/resources/docs`);
  await page.getByRole("button", { name: "Check now" }).click();
  await expect(page.getByText("Healthy", { exact: true })).toBeVisible();
  await expect(page.getByText("Checked every 15 minutes.")).toBeVisible();
  const tabs = page.getByRole("navigation", { name: "Resource sections" });
  await tabs.getByRole("link", { name: "Files" }).click();
  await expect(page.getByText("Nothing here")).toBeVisible();
  await page.getByLabel("Files to upload").setInputFiles({
    ...{ name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("hello") },
  });
  const table = page.getByRole("table", { name: "Files" });
  await expect(table).toContainText("a.txt");
  await page.getByRole("button", { name: "Actions for a.txt" }).click();
  const downloading = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: "Download" }).click();
  expect((await downloading).suggestedFilename()).toBe("a.txt");
  await page.getByRole("button", { name: "Actions for a.txt" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete file" }).click();
  await expect(page.getByText("Nothing here")).toBeVisible();

  await tabs.getByRole("link", { name: "Edit" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Documents");
  await page.getByRole("button", { name: "Save resource" }).click();
  await expect(page.getByRole("heading", { name: "Documents" })).toBeVisible();
  expect(await mustCall("GET", "/resources/docs", undefined, credential)).toMatchObject({
    ...{ name: "Documents", health_check_minutes: 15, access_permissions: offered },
  });
});

test("an API is asked and deployed from its page", async ({ page, tenant }) => {
  const upstream = createServer((request, response) => {
    const body = JSON.stringify({ asked: `${request.method} ${request.url}` });
    response.writeHead(200, { "content-type": "application/json" }).end(body);
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  const { port } = upstream.address() as AddressInfo;
  try {
    await mustCall(
      "POST",
      "/resources/register",
      {
        ...{ resource_id: "orders", name: "Orders", type: "api" },
        uri: `http://127.0.0.1:${port}/v1`,
        access_permissions: ["read", "write", "deploy"],
        connection: { deployment: { path: "/deploys" } },
      },
      { tenantId: tenant.id },
    );
    await page.goto(`${tenant.path}/resources/orders/request`);
    await choose(page, "Method", "PUT");
    await page.getByLabel("Path").fill("/orders/1");
    await page.getByRole("button", { name: "Send" }).click();
    await expect(page.getByText("PUT /v1/orders/1")).toBeVisible();
    const tabs = page.getByRole("navigation", { name: "Resource sections" });
    await tabs.getByRole("link", { name: "Deployments" }).click();
    await page.getByRole("button", { name: "Deploy", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Run deployment" }).click();
    await expect(page.getByRole("table", { name: "Deployments" })).toContainText("Succeeded, 200");
  } finally {
    upstream.close();
  }
});
