import { callApi, choose, expect, freshId, mustCall, setting, test } from "./fixtures.ts";

test("a peer is registered and pulled, and its tool is approved and can be called", async ({
  page,
  tenant,
}) => {
  const here = { tenantId: tenant.id };
  const { body } = await callApi("GET", `/tenants/${tenant.id}`);
  await mustCall("POST", "/tenants/configure", {
    ...body,
    ...{ mcp_config: { federation_enabled: true }, egress_allow: ["127.0.0.0/8"] },
  });
  // The other side is another tenant of the same server, over the network as any.
  const there = { tenantId: freshId("peer") };
  await mustCall("POST", "/tenants/configure", {
    ...{ tenant_id: there.tenantId, name: there.tenantId },
    mcp_config: { federation_enabled: true },
  });
  const scopes = ["federation:read", "memory:read", "tools:read"];
  const { key } = await mustCall("POST", "/keys", { name: "peer", scopes }, there);
  await mustCall("POST", "/memory/register", { agent_id: "a", context: { n: 1 } }, there);
  const tool = (description: string) => ({
    ...{ tool_id: "answer", name: "answer", description },
    config: { implementation: "return 42" },
  });
  await mustCall("POST", "/tools/register", tool("The answer"), there);

  await page.goto(`${tenant.path}/federation`);
  await expect(page.getByText("No peers yet")).toBeVisible();
  await page.getByRole("link", { name: "New peer" }).first().click();
  await page.getByLabel("Peer id").fill("hq");
  await page.getByLabel("Name", { exact: true }).fill("Headquarters");
  await page.getByLabel("Address").fill("ftp://nowhere");
  await page.getByLabel("Token").fill(String(key));
  await choose(page, "Memories in conflict", "Take theirs");
  await page.getByRole("button", { name: "Register peer" }).click();
  await expect(page.getByText(/must be http or https/)).toBeVisible();
  await page.getByLabel("Address").fill(setting("URL"));
  await page.getByRole("button", { name: "Register peer" }).click();

  await expect(page.getByRole("heading", { name: "Headquarters" })).toBeVisible();
  await expect(page.getByText("Stored, sealed")).toBeVisible();
  await page.getByRole("button", { name: "Pull now" }).click();
  await expect(page.getByText("2 taken")).toBeVisible();
  await expect(page.getByRole("region", { name: "Pulls" })).toContainText("Done");

  const sections = page.getByRole("navigation", { name: "Peer sections" });
  await sections.getByRole("link", { name: "Tools to approve" }).click();
  await expect(page.getByRole("region", { name: "Changes" })).toContainText("The answer");
  await page.getByRole("button", { name: "Approve answer" }).click();
  await expect(page.getByText("Nothing waits for approval")).toBeVisible();
  await mustCall("POST", "/tools/answer/call", { arguments: {} }, here);

  await mustCall("POST", "/tools/register", tool("Another answer"), there);
  await page.getByRole("button", { name: "Pull now" }).click();
  await expect(page.getByRole("region", { name: "Changes" })).toContainText("Another answer");
  await page.getByRole("button", { name: "Discard the change of answer" }).click();
  await expect(page.getByText("Nothing waits for approval")).toBeVisible();

  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByLabel(/to confirm/).fill("hq");
  await page.getByRole("button", { name: "Delete peer" }).click();
  await expect(page.getByText("No peers yet")).toBeVisible();
  await callApi("DELETE", `/tenants/${there.tenantId}`);
});
