import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { choose, expect, mustCall, test } from "./fixtures.ts";

/** A service that a tool can reach: answers with what it was sent. */
let upstream: Server;
let address: string;

test.beforeAll(async () => {
  upstream = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const sent: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8") || "null");
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ answered: "by the upstream", method: request.method, sent }));
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/search`;
});

test.afterAll(() => new Promise((resolve) => upstream.close(resolve)));

test("a dynamic tool is created, called for real, metered and audited", async ({
  page,
  tenant,
}) => {
  await page.goto(`${tenant.path}/tools`);
  await page.getByRole("link", { name: "New dynamic tool" }).first().click();
  await page.getByLabel("Name", { exact: true }).fill("product_search");
  await page.getByLabel("Description").fill("Finds products");
  await page.getByLabel("Address", { exact: true }).fill(address);
  await page.getByRole("button", { name: "Create tool" }).click();
  await expect(page.getByRole("heading", { name: "product_search" })).toBeVisible();

  await page.getByRole("link", { name: "Test", exact: true }).click();
  await expect(page.getByLabel("limit")).toHaveValue("10");
  await page.getByLabel("query").fill("red shoes");
  await page.getByRole("button", { name: "Run revision 1" }).click();
  const result = page.getByRole("region", { name: "Result" });
  await expect(result.getByText("Succeeded")).toBeVisible();
  await expect(result).toContainText("by the upstream");
  await expect(result).toContainText("red shoes");

  await page.getByRole("radio", { name: "JSON" }).click();
  const args = page.getByLabel("Arguments as JSON");
  await expect(args).toHaveValue(/"query": "red shoes"/);
  await args.fill('{"limit": "many"}');
  await page.getByRole("button", { name: "Run revision 1" }).click();
  await expect(result.getByText("The tool failed")).toBeVisible();
  await expect(result).toContainText("query");

  const sections = page.getByRole("navigation", { name: "Tenant sections" });
  await sections.getByRole("link", { name: "Overview" }).click();
  const ranking = page.getByRole("list", { name: "Calls by tool" });
  await expect(ranking.getByText("product_search")).toBeVisible({ timeout: 15_000 });
  await expect(ranking).toContainText("1 error");

  await page.getByRole("link", { name: "Audit", exact: true }).click();
  await page.getByRole("button", { name: /Details of tool.create/ }).click();
  const entry = page.getByRole("dialog", { name: "tool.create" });
  await expect(entry.getByText("operator op_")).toBeVisible();
  await expect(entry).toContainText("product_search");
});

test("the usage charts follow calls without a reload", async ({ page, tenant }) => {
  const credential = { tenantId: tenant.id };
  const tool = { tool_id: "ping", name: "ping", config: { implementation: "internal:echo" } };
  await mustCall("POST", "/tools/register", tool, credential);
  await page.goto(`${tenant.path}?range=24h`);
  const ranking = page.getByRole("list", { name: "Calls by tool" });
  await expect(page.getByText("No tool was called in this range.")).toBeVisible();
  for (let call = 0; call < 3; call++) {
    await mustCall("POST", "/tools/ping/call", { arguments: {} }, credential);
  }
  await expect(ranking.getByText("ping")).toBeVisible({ timeout: 15_000 });
  await expect(page.getByText(/^Calls and errors. Succeeded: 3 in all/)).toBeAttached();
});

test("mistakes of a tool are told where they are, and nothing is created", async ({
  page,
  tenant,
}) => {
  await page.goto(`${tenant.path}/tools/dynamic`);
  await page.getByLabel("Address", { exact: true }).fill("https://user:pw@example.com/");
  await page.getByLabel("Time limit").fill("0");
  await page.getByLabel("Parameters", { exact: true }).fill('{"query": ');
  await page.getByRole("button", { name: "Create tool" }).click();
  await expect(page.getByLabel("Parameters", { exact: true })).toHaveAttribute(
    "aria-invalid",
    "true",
  );
  await page.getByLabel("Parameters", { exact: true }).fill("{}");
  await page.getByRole("button", { name: "Create tool" }).click();
  for (const label of ["Name", "Address", "Time limit"]) {
    await expect(page.getByLabel(label, { exact: true })).toHaveAttribute("aria-invalid", "true");
  }
  const stats = await mustCall("GET", `/tenants/${tenant.id}/stats`);
  expect(stats.tools_count).toBe(0);
});

test("an id with any printable characters has its page, and is edited and deleted", async ({
  page,
  tenant,
}) => {
  const tool_id = "a/b c%?#é";
  const headers = { authorization: "Bearer very-secret" };
  const config = { implementation: "internal:echo", headers, type: "odd" };
  const tool = { tool_id, name: "Odd one", config };
  await mustCall("POST", "/tools/register", tool, { tenantId: tenant.id });
  await page.goto(`${tenant.path}/tools`);
  await page.getByRole("link", { name: "Odd one" }).click();
  await expect(page).toHaveTitle(/Odd one/);
  await expect(page.getByText(tool_id).first()).toBeVisible();
  expect(await page.getByRole("main").innerText()).not.toContain("very-secret");

  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByLabel("Description").fill("Now it says what it does");
  await page.getByRole("button", { name: "Save and publish" }).click();
  await expect(page.getByText("Now it says what it does")).toBeVisible();
  const path = `/tools/${encodeURIComponent(tool_id)}`;
  expect(await mustCall("GET", path, undefined, { tenantId: tenant.id })).toMatchObject({ config });

  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete tool" }).click();
  await expect(page).toHaveURL(`${tenant.path}/tools`);
  await expect(page.getByText("No tools yet")).toBeVisible();
});

test("tools are found by search and by type", async ({ page, tenant }) => {
  for (const [tool_id, type] of [
    ["alpha", "lookup"],
    ["beta", "lookup"],
    ["gamma", "action"],
  ]) {
    const tool = { tool_id, name: tool_id, config: { type } };
    await mustCall("POST", "/tools/register", tool, { tenantId: tenant.id });
  }
  await page.goto(`${tenant.path}/tools`);
  await expect(page.getByRole("row")).toHaveCount(4);
  await choose(page, "Type", "lookup");
  await expect(page.getByRole("row")).toHaveCount(3);
  await page.getByRole("textbox", { name: "Search tools" }).fill("BET");
  await expect(page.getByRole("row")).toHaveCount(2);
  await expect(page.getByRole("link", { name: "beta" })).toBeVisible();
});

test("what MCP is told of a tool is written in the form and shown on its page", async ({
  page,
  tenant,
}) => {
  await page.goto(`${tenant.path}/tools/register`);
  await page.getByLabel("Tool id").fill("wipe");
  await page.getByLabel("Name", { exact: true }).fill("wipe");
  await page.getByLabel("Title").fill("Wipe the board");
  await page.getByRole("radio", { name: "Internal" }).check({ force: true });
  await page.getByLabel("Handler").fill("echo");
  await choose(page, "May destroy", "Yes");
  await page.getByRole("switch", { name: "Pinned" }).click();
  await page.getByText("Advanced").click();
  await page.getByLabel("Output schema").fill('{"type": "objekt"}');
  await page.getByLabel("Whole call").fill("90000");
  await page.getByRole("button", { name: "Register tool" }).click();
  await expect(page.getByText(/output_schema/)).toBeVisible();
  await page.getByLabel("Output schema").fill('{"type": "object"}');
  await page.getByRole("button", { name: "Register tool" }).click();
  await expect(page.getByRole("heading", { name: "Wipe the board" })).toBeVisible();
  for (const text of ["May destroy", "When it may destroy something", "1.5 min", "Pinned:"]) {
    await expect(page.getByText(text, { exact: false }).first()).toBeVisible();
  }
  const tool = await mustCall("GET", "/tools/wipe", undefined, { tenantId: tenant.id });
  expect(tool).toMatchObject({
    ...{ title: "Wipe the board", annotations: { destructiveHint: true }, pinned: true },
    ...{ output_schema: { type: "object" }, timeout_ms: 90_000, confirm: "destructive" },
  });
});
