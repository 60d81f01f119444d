import { choose, expect, mustCall, test } from "./fixtures.ts";

test("a resource's password is sealed, and editing keeps it", async ({ page, tenant }) => {
  await page.goto(`${tenant.path}/resources`);
  await page.getByRole("link", { name: "Register resource" }).first().click();
  await page.getByLabel("Resource id").fill("crm");
  await page.getByLabel("Name", { exact: true }).fill("Customers");
  await page.getByLabel("Type", { exact: true }).fill("database");
  await page.getByLabel("Address").fill("postgres://crm:hunter2@db.example/crm");
  await page.getByLabel("Permissions").fill("read, write");
  await page.getByRole("button", { name: "Register resource" }).click();
  await expect(page.getByText("postgres://crm:[secret]@db.example/crm")).toBeVisible();
  expect(await page.content()).not.toContain("hunter2");

  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByLabel("Name", { exact: true }).fill("All customers");
  await page.getByRole("button", { name: "Save resource" }).click();
  await expect(page.getByRole("heading", { name: "All customers" })).toBeVisible();
  const read = await mustCall("GET", "/resources/crm", undefined, { tenantId: tenant.id });
  expect(read).toMatchObject({
    uri: "postgres://crm:[secret]@db.example/crm",
    access_permissions: ["read", "write"],
  });

  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete resource" }).click();
  await expect(page.getByText("No resources yet")).toBeVisible();
});

test("resources are listed by type", async ({ page, tenant }) => {
  for (const [resource_id, type] of [
    ["a", "database"],
    ["b", "file"],
  ]) {
    const body = { resource_id, name: resource_id, type, uri: "file:///x" };
    await mustCall("POST", "/resources/register", body, { tenantId: tenant.id });
  }
  await page.goto(`${tenant.path}/resources`);
  await choose(page, "Type", "file");
  await expect(page).toHaveURL(/type=file/);
  await expect(page.getByRole("row")).toHaveCount(2);
});

test("a text is kept, shown, changed and removed", async ({ page, tenant }) => {
  await page.goto(`${tenant.path}/resources/register`);
  await page.getByLabel("Resource id").fill("guide");
  await page.getByLabel("Name", { exact: true }).fill("guide");
  await page.getByLabel("Title").fill("House guide");
  await page.getByLabel("Type", { exact: true }).fill("file");
  await page.getByLabel("Address").fill("docs://guide");
  await choose(page, "Kept here", "A text");
  await page.getByLabel("Text", { exact: true }).fill("# Welcome\n\nTake off your shoes.");
  await page.getByLabel("Media type").fill("text/markdown");
  await page.getByRole("button", { name: "Register resource" }).click();
  await expect(page.getByRole("heading", { name: "House guide" })).toBeVisible();
  await expect(page.getByLabel("Text", { exact: true })).toHaveValue(/Take off your shoes/);
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download" }).click();
  expect((await download).suggestedFilename()).toBe("guide");

  await page.getByRole("link", { name: "Edit" }).click();
  await choose(page, "Kept here", "A text");
  const text = page.getByLabel("Text", { exact: true });
  await expect(text).toHaveValue(/Take off your shoes/);
  await text.fill("Keep them on.");
  await page.getByRole("button", { name: "Save resource" }).click();
  const read = () => mustCall("GET", "/resources/guide", undefined, { tenantId: tenant.id });
  await expect.poll(read).toMatchObject({ size: 13, mime_type: "text/markdown" });
  await expect(page.getByRole("button", { name: "Save resource" })).toBeHidden();
  await expect(page.getByLabel("Text", { exact: true })).toHaveValue("Keep them on.");

  await page.getByRole("link", { name: "Edit" }).click();
  await choose(page, "Kept here", "Nothing");
  await page.getByRole("button", { name: "Save resource" }).click();
  await expect.poll(read).toMatchObject({ size: null });
  await expect(page.getByRole("link", { name: "Download" })).toBeHidden();
});

test("an image is uploaded and shown, JSON is shown as such, and a mistake opens its card", async ({
  page,
  tenant,
}) => {
  const credential = { tenantId: tenant.id };
  const resource = { resource_id: "logo", name: "logo", type: "file", uri: "docs://logo" };
  await mustCall("POST", "/resources/register", resource, credential);
  await page.goto(`${tenant.path}/resources/logo/edit`);
  await choose(page, "Kept here", "A file");
  await page.getByRole("button", { name: "Save resource" }).click();
  await expect(page.getByText("Choose a file.")).toBeVisible();
  const buffer = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "base64",
  );
  const file = { name: "logo.png", mimeType: "image/png", buffer };
  await page.getByLabel("File", { exact: true }).setInputFiles(file);
  await page.getByRole("button", { name: "Save resource" }).click();
  const image = page.getByRole("img", { name: "Content of logo" });
  await expect(image).toBeVisible();
  expect(await image.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(1);

  const content = { text: '{"open": true}' };
  const json = { ...resource, content, mime_type: "application/json" };
  await mustCall("POST", "/resources/register", json, credential);
  await page.reload();
  await expect(page.getByRole("button", { name: "Copy content" })).toBeVisible();

  await page.goto(`${tenant.path}/resources/logo/edit`);
  await page.getByText("Advanced").click();
  await page.getByLabel("Annotations").fill('{"priority": 7}');
  await page.getByText("Advanced").click();
  await expect(page.getByLabel("Annotations")).toBeHidden();
  await page.getByRole("button", { name: "Save resource" }).click();
  await expect(page.getByLabel("Annotations")).toBeVisible();
  await expect(page.getByText("priority: must be 0 to 1")).toBeVisible();
});
