import { expect, mustCall, test } from "./fixtures.ts";

test("a memory is written, shown, changed and deleted", async ({ page, tenant }) => {
  await page.goto(`${tenant.path}/memories`);
  await page.getByRole("link", { name: "New memory" }).first().click();
  await page.getByLabel("Agent id").fill("agent/ventas");
  await page.getByLabel("Context").fill('{"facts": ["ñandú", null, 9007199254740991]');
  await page.getByRole("button", { name: "Save memory" }).click();
  await expect(page.getByLabel("Context")).toHaveAttribute("aria-invalid", "true");
  await page.getByLabel("Context").fill('{"facts": ["ñandú", null, 9007199254740991]}');
  await page.getByRole("button", { name: "Save memory" }).click();
  await expect(page.getByRole("heading", { name: "agent/ventas" })).toBeVisible();
  await expect(page.getByText("ñandú")).toBeVisible();
  const path = "/memory/agent%2Fventas";
  expect(await mustCall("GET", path, undefined, { tenantId: tenant.id })).toMatchObject({
    context: { facts: ["ñandú", null, 9007199254740991] },
  });

  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByRole("textbox", { name: "Context" }).fill("{}");
  await page.getByRole("button", { name: "Save memory" }).click();
  await expect(page.getByRole("button", { name: "Save memory" })).toBeHidden();
  await expect(page.getByText("ñandú")).toBeHidden();
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete memory" }).click();
  await expect(page.getByText("No memories yet")).toBeVisible();
});

test("a new memory does not replace one that is there", async ({ page, tenant }) => {
  const memory = { agent_id: "one", context: { kept: true } };
  await mustCall("POST", "/memory/register", memory, { tenantId: tenant.id });
  await page.goto(`${tenant.path}/memories/register`);
  await page.getByLabel("Agent id").fill("one");
  await page.getByRole("button", { name: "Save memory" }).click();
  await expect(page.getByLabel("Agent id")).toHaveAccessibleDescription(/has a memory already/);
  const read = await mustCall("GET", "/memory/one", undefined, { tenantId: tenant.id });
  expect(read.context).toEqual({ kept: true });
});

test("a tenant at its limit is told so, and the limit is named", async ({ page, tenant }) => {
  await mustCall("POST", "/tenants/configure", {
    tenant_id: tenant.id,
    name: tenant.name,
    mcp_config: { max_memory_entries: 1 },
  });
  await mustCall("POST", "/memory/register", { agent_id: "one" }, { tenantId: tenant.id });
  await page.goto(`${tenant.path}/memories/register`);
  await page.getByLabel("Agent id").fill("two");
  await page.getByRole("button", { name: "Save memory" }).click();
  await expect(page.getByText(/limit max_memory_entries of 1 is reached/)).toBeVisible();
});
