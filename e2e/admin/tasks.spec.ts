import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { askAs } from "../mcp.ts";
import { callApi, choose, expect, mustCall, type Tenant, test } from "./fixtures.ts";

/** A service that answers when the test says so. */
let upstream: Server;
let address: string;
const waiting: { answer: () => void; isOpen: () => boolean }[] = [];

test.beforeAll(async () => {
  upstream = createServer((_request, response) => {
    const answer = () => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ rows: 42 }));
    };
    waiting.push({ answer, isOpen: () => !response.closed });
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
});

test.afterAll(() => {
  upstream.closeAllConnections();
  return new Promise((resolve) => upstream.close(resolve));
});

/** Calls the tenant's tool as a client that knows tasks. */
async function begin(tenant: Tenant, baseURL: string): Promise<string> {
  const { id: tenantId } = tenant;
  const tool = { tool_id: "export", name: "export", task_support: "optional" };
  const config = { implementation: address };
  await mustCall("POST", "/tools/register", { ...tool, config }, { tenantId });
  const { key } = await mustCall("POST", "/keys", { name: "agent" }, { tenantId });
  const capabilities = { extensions: { "io.modelcontextprotocol/tasks": {} } };
  const ask = askAs(baseURL, String(key), capabilities);
  const { result } = await ask("tools/call", { name: "export", arguments: { year: 2026 } });
  return String(result?.taskId);
}

test("a task is watched until it has its result", async ({ page, tenant, baseURL }) => {
  await page.goto(`${tenant.path}/tasks`);
  await expect(page.getByText("No tasks yet")).toBeVisible();
  const count = waiting.length;
  await begin(tenant, baseURL ?? "");
  await page.reload();
  const row = page.getByRole("row", { name: /export/ });
  await expect(row).toContainText("Running");
  await row.getByRole("button", { name: /Details of export/ }).click();
  const dialog = page.getByRole("dialog", { name: "export" });
  await expect(dialog.getByText('"year": 2026')).toBeVisible();
  await expect.poll(() => waiting.length).toBe(count + 1);
  waiting.at(-1)?.answer();
  await expect(dialog.getByText('"rows": 42')).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Cancel task" })).toBeHidden();
  await page.keyboard.press("Escape");
  await expect(row).toContainText("Completed");

  await choose(page, "Status", "Cancelled");
  await expect(page.getByText(/No tasks/)).toBeVisible();
});

test("an operator cancels a task, and the audit log says who did", async ({
  page,
  tenant,
  baseURL,
}) => {
  const count = waiting.length;
  const taskId = await begin(tenant, baseURL ?? "");
  await expect.poll(() => waiting.length).toBe(count + 1);
  await page.goto(`${tenant.path}/tasks`);
  await page.getByRole("button", { name: /Details of export/ }).click();
  const dialog = page.getByRole("dialog", { name: "export" });
  await dialog.getByRole("button", { name: "Cancel task" }).click();
  await expect(dialog.getByText("Cancelled", { exact: true })).toBeVisible();
  await expect(dialog.getByText(/Cancelled by operator op_/)).toBeVisible();
  await expect.poll(() => waiting.at(-1)?.isOpen()).toBe(false);
  const { body } = await callApi("GET", "/audit?action=task.cancel", undefined, {
    tenantId: tenant.id,
  });
  expect(body).toMatchObject([{ principal_type: "operator", target_id: taskId }]);
});
