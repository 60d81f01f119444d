import { choose, expect, mustCall, test } from "./fixtures.ts";

test("an API's connection is filled in by fields, read back, and a mistake stands at its own", async ({
  page,
  tenant,
}) => {
  const credential = { tenantId: tenant.id };
  await mustCall("PUT", "/secrets/ORDERS_KEY", { value: "k" }, credential);
  await page.goto(`${tenant.path}/resources/register`);
  await page.getByLabel("Resource id").fill("orders");
  await page.getByLabel("Name", { exact: true }).fill("Orders");
  await page.getByLabel("Type", { exact: true }).fill("api");
  await page.getByLabel("Address").fill("https://api.example/v1");
  await choose(page, "Authentication", "A header");
  await page.getByLabel("Header", { exact: true }).fill("Host");
  await page.getByLabel("Secret", { exact: true }).fill("ORDERS_KEY");
  await choose(page, "May be asked", "What is listed alone");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("textbox", { name: "Path", exact: true }).fill("/orders/*");
  await page.getByRole("textbox", { name: "Methods", exact: true }).fill("get, head");
  await page.getByLabel("Deployment: path").fill("/deploys");
  await page.getByLabel("Deployment: body").fill('{"ref": "main"}');
  await page.getByRole("button", { name: "Register resource" }).click();
  await expect(page.getByText("must not be a header that belongs to the connection")).toBeVisible();
  await page.getByLabel("Header", { exact: true }).fill("X-API-Key");
  await page.getByRole("button", { name: "Register resource" }).click();
  await expect(page.getByRole("heading", { name: "Orders" })).toBeVisible();
  const connection = {
    auth: { type: "header", name: "X-API-Key", secret: "ORDERS_KEY" },
    allow: [{ path: "/orders/*", methods: ["GET", "HEAD"] }],
    deployment: { path: "/deploys", body: { ref: "main" } },
  };
  const read = () => mustCall("GET", "/resources/orders", undefined, credential);
  expect(await read()).toMatchObject({ driver: "api", connection });

  await page.goto(`${tenant.path}/resources/orders/edit`);
  await expect(page.getByLabel("Header", { exact: true })).toHaveValue("X-API-Key");
  await page.getByLabel("Time limit of a request").fill("500");
  await page.getByRole("button", { name: "Save resource" }).click();
  await expect.poll(read).toMatchObject({ connection: { ...connection, timeout_ms: 500 } });
});

test("type and address choose the fields, and an address that no driver reads is refused", async ({
  page,
  tenant,
}) => {
  await page.goto(`${tenant.path}/resources/register`);
  await page.getByLabel("Resource id").fill("files");
  await page.getByLabel("Name", { exact: true }).fill("Files");
  await page.getByLabel("Type", { exact: true }).fill("file");
  await page.getByLabel("Address").fill("file:///../x");
  await page.getByRole("button", { name: "Register resource" }).click();
  await expect(page.getByText("a folder within the tenant's own files")).toBeVisible();
  await page.getByLabel("Address").fill("s3://docs/a");
  await page.getByLabel("Region").fill("eu-west-1");
  await page.getByRole("button", { name: "Register resource" }).click();
  const key = page.getByLabel("Secret with the access key id");
  await expect(key).toHaveAttribute("aria-invalid", "true");
  await key.fill("S3_ID");
  await page.getByLabel("Secret with the secret access key").fill("S3_KEY");
  await page.getByRole("switch", { name: "Bucket's name in the path" }).click();
  await page.getByRole("button", { name: "Register resource" }).click();
  await expect(page.getByRole("heading", { name: "Files" })).toBeVisible();
  expect(
    await mustCall("GET", "/resources/files", undefined, { tenantId: tenant.id }),
  ).toMatchObject({
    connection: {
      ...{ region: "eu-west-1", path_style: true },
      ...{ access_key_id_secret: "S3_ID", secret_access_key_secret: "S3_KEY" },
    },
  });
});
