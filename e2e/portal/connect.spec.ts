import { mustCall } from "../admin/fixtures.ts";
import { expect, newMember, signIn, test } from "./fixtures.ts";

test("a developer makes a key on the Connect page, and what it shows for curl works", async ({
  signedOut: page,
  tenant,
}) => {
  const tool = { tool_id: "ping", name: "ping", config: { implementation: "internal:echo" } };
  await mustCall("POST", "/tools/register", tool, { tenantId: tenant.id });
  await signIn(page, await newMember(tenant, "developer"));
  await page.getByRole("button", { name: "New key" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("laptop");
  // A developer gives what a developer has: not everything.
  await expect(dialog.getByLabel("Everything")).toHaveCount(0);
  await dialog.getByRole("button", { name: "Create key" }).click();
  const key = await dialog.locator("code").innerText();
  await dialog.getByRole("button", { name: "Done" }).click();

  await page.getByRole("tab", { name: "curl" }).click();
  const command = await page.locator("code").filter({ hasText: "jsonrpc" }).innerText();
  expect(command).toContain(key);
  const url = /curl (\S+)/.exec(command)?.[1] ?? "";
  const headers = [...command.matchAll(/-H "([^:]+): ([^"]+)"/g)].map(
    ([, name, value]): [string, string] => [name ?? "", value ?? ""],
  );
  const body = /-d '([^']+)'/.exec(command)?.[1] ?? "";
  const response = await fetch(url, { method: "POST", headers, body });
  expect(response.status).toBe(200);
  expect(await response.text()).toContain('"ping"');

  await page.getByRole("radio", { name: "OAuth" }).click();
  await page.getByRole("tab", { name: "Cursor" }).click();
  const config = await page.locator("code").filter({ hasText: "mcpServers" }).innerText();
  expect(JSON.parse(config)).toEqual({ mcpServers: { [tenant.id]: { url } } });
  await expect(page.getByRole("button", { name: "New key" })).toHaveCount(0);
});

test("a viewer is shown how to connect, and makes no key", async ({ signedOut: page, tenant }) => {
  await signIn(page, await newMember(tenant, "viewer"));
  await expect(page.getByRole("tab", { name: "Claude Code" })).toBeVisible();
  await expect(page.getByRole("button", { name: "New key" })).toHaveCount(0);
});
