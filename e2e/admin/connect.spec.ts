import { expect, mustCall, test } from "./fixtures.ts";

test("the addresses that the page gives are the ones that serve the tenant", async ({
  page,
  tenant,
}) => {
  const credential = { tenantId: tenant.id };
  const tool = { tool_id: "ping", name: "ping", config: { implementation: "internal:echo" } };
  await mustCall("POST", "/tools/register", tool, credential);
  const { key } = await mustCall("POST", "/keys", { name: "mcp" }, credential);
  await page.goto(`${tenant.path}/connect`);
  const addresses = page.locator("code").filter({ hasText: /^https?:\S+mcp$/ });
  await expect(addresses).toHaveCount(2);
  for (const address of await addresses.allInnerTexts()) {
    const response = await fetch(address.trim(), {
      method: "POST",
      headers: {
        authorization: `Bearer ${String(key)}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
    });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('"ping"');
  }
});
