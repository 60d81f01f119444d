import { callApi, expect, freshId, test } from "./fixtures.ts";

const status = async (key: string) => (await callApi("GET", "/tools", undefined, { key })).status;

test("a key is shown once, works, and is refused once it is revoked", async ({ page, tenant }) => {
  await page.goto(`${tenant.path}/keys`);
  await page.getByRole("button", { name: "New key" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("ci pipeline");
  await dialog.getByRole("button", { name: "Create key" }).click();
  await expect(dialog.getByText("Copy this API key now")).toBeVisible();
  const key = (await dialog.locator("code").innerText()).trim();
  expect(await status(key)).toBe(200);

  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("row", { name: /ci pipeline/ })).toBeVisible();
  expect(await page.content()).not.toContain(key);
  await page.reload();
  expect(await page.content()).not.toContain(key);

  await page.getByRole("button", { name: "Actions for ci pipeline" }).click();
  await page.getByRole("menuitem", { name: "Revoke" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke key" }).click();
  await expect(page.getByRole("row", { name: /ci pipeline.*Revoked/ })).toBeVisible();
  await expect.poll(() => status(key), { timeout: 3000 }).toBe(401);
});

test("a key has the scopes that were chosen and no others", async ({ page, tenant }) => {
  await page.goto(`${tenant.path}/keys`);
  await page.getByRole("button", { name: "New key" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("reader");
  await dialog.getByRole("switch", { name: "Everything" }).click();
  await dialog.getByRole("button", { name: "Create key" }).click();
  await expect(dialog.getByText("Choose at least one.")).toBeVisible();
  await dialog.getByRole("checkbox", { name: "tools:read" }).click();
  await dialog.getByRole("button", { name: "Create key" }).click();
  const key = (await dialog.locator("code").innerText()).trim();
  expect(await status(key)).toBe(200);
  const refused = await callApi("GET", "/memory/all", undefined, { key });
  expect(refused.body).toMatchObject({ code: "insufficient_scope" });
});

test("a rotated key works beside the new one for the overlap", async ({ page, tenant }) => {
  const made = await callApi("POST", "/keys", { name: "old" }, { tenantId: tenant.id });
  const old = String(made.body.key);
  await page.goto(`${tenant.path}/keys`);
  await page.getByRole("button", { name: "Actions for old" }).click();
  await page.getByRole("menuitem", { name: "Rotate" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Rotate key" }).click();
  const fresh = (await dialog.locator("code").innerText()).trim();
  expect(fresh).not.toBe(old);
  expect(await status(fresh)).toBe(200);
  expect(await status(old)).toBe(200);
});

test("a platform key acts for every tenant", async ({ page, tenant }) => {
  const name = freshId("platform");
  await page.goto("/admin/keys");
  await page.getByRole("button", { name: "New key" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByRole("button", { name: "Create key" }).click();
  const key = (await dialog.locator("code").innerText()).trim();
  const read = await callApi("GET", `/tenants/${tenant.id}`, undefined, { key });
  expect(read.status).toBe(200);
  await dialog.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: `Actions for ${name}` }).click();
  await page.getByRole("menuitem", { name: "Revoke" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke key" }).click();
  await expect
    .poll(async () => (await callApi("GET", "/tenants", undefined, { key })).status)
    .toBe(401);
});
