import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { expect, type Page, test } from "@playwright/test";

const url = () => process.env.TAUSESTACK_E2E_URL ?? "";

async function signIn(page: Page): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill("operator@localhost");
  await page
    .getByLabel("Password", { exact: true })
    .fill(process.env.TAUSESTACK_E2E_PASSWORD ?? "");
  await page.getByRole("button", { name: /sign in/i }).click();
  await expect(page).toHaveURL(/\/admin/);
}

async function post(path: string, tenantId: string, body: unknown) {
  const response = await fetch(url() + path, {
    method: "POST",
    headers: {
      authorization: `Bearer ${process.env.TAUSESTACK_E2E_KEY}`,
      "x-tenant-id": tenantId,
      "content-type": "application/json",
    },
    body: JSON.stringify(body),
  });
  expect(response.ok).toBe(true);
  return (await response.json()) as Record<string, string>;
}

async function connect(key: string): Promise<Client> {
  const client = new Client({ name: "e2e", version: "1" });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${url()}/mcp`), {
      requestInit: { headers: { authorization: `Bearer ${key}` } },
    }),
  );
  return client;
}

test("an agent's tool call reaches a real service, stands in the tenant's console, and in no other", async ({
  page,
}) => {
  const upstream = createServer((_request, response) => {
    response.setHeader("content-type", "application/json");
    response.end('{"answer":42}');
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  const own = `job-${Date.now().toString(36)}`;
  const other = `${own}-other`;
  for (const tenant_id of [own, other]) {
    await post("/tenants/configure", tenant_id, { tenant_id, name: `Tenant ${tenant_id}` });
  }
  await post("/tools/dynamic/create", own, {
    name: "deep_thought",
    description: "Answers",
    parameters: { question: { type: "string", required: true } },
    implementation: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/`,
  });
  const keyOf = async (id: string) => (await post("/keys", id, { name: "agent" })).key ?? "";

  const agent = await connect(await keyOf(own));
  expect((await agent.listTools()).tools.map((tool) => tool.name)).toContain("deep_thought");
  const result = await agent.callTool({
    name: "deep_thought",
    arguments: { question: "everything" },
  });
  expect(result.structuredContent).toEqual({ answer: 42 });
  const stranger = await connect(await keyOf(other));
  const theirs = (await stranger.listTools()).tools.map((tool) => tool.name);
  expect(theirs).not.toContain("deep_thought");
  await Promise.all([agent.close(), stranger.close()]);
  upstream.close();

  await signIn(page);
  await page.goto(`/admin/tenants/${own}`);
  await expect(page.getByText("deep_thought").first()).toBeVisible();
  await page.goto(`/admin/tenants/${other}`);
  await expect(page.getByRole("heading", { name: `Tenant ${other}` })).toBeVisible();
  await expect(page.getByText("deep_thought")).toHaveCount(0);
});
