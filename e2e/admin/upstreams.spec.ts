import { type ModernUpstream, startModernUpstream } from "#lib/upstreams/testing.ts";
import { callApi, expect, mustCall, test } from "./fixtures.ts";

let upstream: ModernUpstream;

test.beforeAll(async () => {
  upstream = await startModernUpstream();
});
test.afterAll(() => upstream.close());

test("an upstream is added, checked, and a tool of its list is accepted and called", async ({
  page,
  tenant,
}) => {
  const as = { tenantId: tenant.id };
  const { body } = await callApi("GET", `/tenants/${tenant.id}`);
  await mustCall("POST", "/tenants/configure", { ...body, egress_allow: ["127.0.0.0/8"] });
  await page.goto(`${tenant.path}/upstreams`);
  await page.getByRole("link", { name: "New upstream" }).first().click();
  await page.getByLabel("Upstream id").fill("notes");
  await page.getByLabel("Name", { exact: true }).fill("Notes");
  await page.getByLabel("Address").fill("ftp://nowhere");
  await page.getByRole("button", { name: "Add upstream" }).click();
  await expect(page.getByText(/starts with https/)).toBeVisible();
  await page.getByLabel("Address").fill(upstream.url);
  await page.getByRole("button", { name: "Add upstream" }).click();

  await expect(page.getByRole("heading", { name: "Notes" })).toBeVisible();
  await page.getByRole("button", { name: "Check now" }).click();
  await expect(page.getByText(/Notes answered in/)).toBeVisible();
  await expect(page.getByText("modern 7, MCP 2026-07-28")).toBeVisible();

  await page.getByRole("link", { name: "Review tools" }).click();
  await page.getByRole("button", { name: "Read the list now" }).click();
  await expect(page.getByText(/tools to review/)).toBeVisible();
  const offered = await callApi("GET", "/upstreams/notes/tools", undefined, as);
  const echo = (offered.body as unknown as { remote_name: string; digest: string }[]).find(
    ({ remote_name }) => remote_name === "echo",
  );
  const tools = [{ name: "echo", digest: echo?.digest }];
  await mustCall("POST", "/upstreams/notes/tools/accept", { tools }, as);
  const listed = await callApi("GET", "/tools", undefined, as);
  const [tool] = listed.body as unknown as { tool_id: string; mcp_name: string }[];
  expect(tool?.mcp_name).toBe("notes_echo");
  const path = `/tools/${tool?.tool_id}/call`;
  const called = await mustCall("POST", path, { arguments: { a: 1 } }, as);
  expect(called.structuredContent).toEqual({ a: 1 });

  await page.goto(`${tenant.path}/upstreams/notes`);
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByLabel(/to confirm/).fill("notes");
  await page.getByRole("button", { name: "Delete upstream" }).click();
  await expect(page.getByText("No upstreams yet")).toBeVisible();
});
