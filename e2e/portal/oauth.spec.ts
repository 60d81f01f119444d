import type { Page } from "@playwright/test";
import { callApi, choose, mustCall, operator } from "../admin/fixtures.ts";
import { expect, newMember, newTenant, type Person, test } from "./fixtures.ts";
import { startMcpApp } from "./mcp-app.ts";
import { officialClients } from "./official-clients.ts";

/** Signs in where the visitor was sent to do so. */
async function fillSignIn(page: Page, person: Pick<Person, "email" | "password">): Promise<void> {
  await page.getByLabel("E-mail").fill(person.email);
  await page.getByLabel("Password").fill(person.password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

async function addTool(tenantId: string, name: string): Promise<void> {
  const tool = { tool_id: name, name, config: { implementation: "internal:echo" } };
  await mustCall("POST", "/tools/register", tool, { tenantId });
}

test("the official client signs a member in, who chooses a tenant, until the app is disconnected", async ({
  signedOut: page,
  page: console,
  tenant,
  baseURL,
}) => {
  const other = await newTenant();
  await addTool(tenant.id, "first");
  await addTool(other.id, "second");
  const person = await newMember(tenant, "developer");
  await mustCall(
    "POST",
    "/members",
    { email: person.email, role: "viewer" },
    { tenantId: other.id },
  );
  const app = await startMcpApp(`${baseURL}/mcp`);
  try {
    expect(await app.listTools()).toBeNull();
    await page.goto(app.authorizationUrl);
    await fillSignIn(page, person);

    await expect(page.getByRole("heading", { name: "Connect Suite desktop?" })).toBeVisible();
    await expect(page.getByText("The name is not verified")).toBeVisible();
    await expect(page.getByText("a program on this computer")).toBeVisible();
    await choose(page, "Tenant", other.name);
    await expect(page.getByText("does not allow: tools:call")).toBeVisible();
    await choose(page, "Tenant", tenant.name);
    await page.getByRole("checkbox", { name: "memory:read" }).uncheck();
    await page.getByRole("button", { name: "Allow" }).click();
    await expect(page).toHaveTitle("Done");
    await app.finish();

    expect(await app.listTools()).toEqual(["first"]);
    const { body } = await callApi("GET", "/connected-apps", undefined, { tenantId: tenant.id });
    expect(body).toMatchObject([
      {
        client_name: "Suite desktop",
        granted_by: { type: "member", email: person.email },
        scopes: ["tools:read", "tools:call", "resources:read", "prompts:read"],
      },
    ]);

    await console.goto(`${tenant.path}/apps`);
    const row = console.getByRole("row", { name: /Suite desktop/ });
    await row.getByRole("button").click();
    await console.getByRole("menuitem", { name: "Disconnect" }).click();
    await console.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
    await expect(console.getByText("Nothing is connected")).toBeVisible();
    expect(await app.listTools()).toBeNull();
  } finally {
    await app.close();
    await callApi("DELETE", `/tenants/${other.id}`);
  }
});

test("a tenant's own endpoint is connected to that tenant; an operator may deny it", async ({
  page,
  tenant,
  baseURL,
}) => {
  await addTool(tenant.id, "only");
  const app = await startMcpApp(`${baseURL}/t/${tenant.id}/mcp`);
  try {
    expect(await app.listTools()).toBeNull();
    await page.goto(app.authorizationUrl);
    await expect(page.getByText(tenant.name)).toBeVisible();
    await expect(page.getByLabel("Tenant")).toHaveCount(0);
    await page.getByRole("button", { name: "Deny" }).click();
    await expect(page).toHaveTitle("Done");
    expect(app.answer?.get("error")).toBe("access_denied");
    expect(app.answer?.get("state")).toBe("from-the-suite");

    await page.goto(app.authorizationUrl);
    await page.getByRole("button", { name: "Allow" }).click();
    await expect(page).toHaveTitle("Done");
  } finally {
    await app.close();
  }
});

test("an operator types the tenant, and is told when there is none of that id", async ({
  page,
  tenant,
  baseURL,
}) => {
  await addTool(tenant.id, "typed");
  const app = await startMcpApp(`${baseURL}/mcp`);
  try {
    await app.listTools();
    await page.goto(app.authorizationUrl);
    await expect(page.getByText(operator.email)).toBeVisible();
    await page.getByLabel("Tenant").fill("nobody-has-this");
    await page.getByRole("button", { name: "Allow" }).click();
    await expect(page.getByText("There is no such tenant")).toBeVisible();
    await page.getByLabel("Tenant").fill(tenant.id);
    await page.getByRole("button", { name: "Allow" }).click();
    await expect(page).toHaveTitle("Done");
    await app.finish();
    expect(await app.listTools()).toEqual(["typed"]);
  } finally {
    await app.close();
  }
});

test("a request that is over, and one of another browser, show nothing", async ({
  page,
  signedOut,
  tenant,
  baseURL,
}) => {
  const app = await startMcpApp(`${baseURL}/t/${tenant.id}/mcp`);
  try {
    await app.listTools();
    await page.goto(app.authorizationUrl);
    await expect(page.getByRole("button", { name: "Allow" })).toBeVisible();
    const address = page.url();
    await signedOut.goto(address);
    await expect(signedOut.getByRole("heading", { name: "This request is over" })).toBeVisible();
    await page.getByRole("button", { name: "Allow" }).click();
    await expect(page).toHaveTitle("Done");
    await page.goto(address);
    await expect(page.getByRole("heading", { name: "This request is over" })).toBeVisible();
    await page.goto(`/oauth/authorize?client_id=nobody&response_type=code`);
    await expect(page.getByRole("heading")).toHaveText("The application could not be connected");
  } finally {
    await app.close();
  }
});

test("somebody who belongs nowhere near the tenant is told so, and can use another account", async ({
  signedOut: page,
  tenant,
  baseURL,
}) => {
  const other = await newTenant();
  const app = await startMcpApp(`${baseURL}/t/${tenant.id}/mcp`);
  try {
    await app.listTools();
    await page.goto(app.authorizationUrl);
    await fillSignIn(page, await newMember(other, "owner"));
    await expect(page.getByText("it does not exist, or you do not belong to it")).toBeVisible();
    await expect(page.getByRole("button", { name: "Allow" })).toHaveCount(0);
    await page.getByRole("button", { name: "Use another account" }).click();
    await fillSignIn(page, operator);
    await page.getByRole("button", { name: "Allow" }).click();
    await expect(page).toHaveTitle("Done");
    await app.finish();
    expect(await app.listTools()).toEqual([]);
  } finally {
    await app.close();
    await callApi("DELETE", `/tenants/${other.id}`);
  }
});

for (const { name, open, revision } of officialClients) {
  test(`${name} signs a member in, then lists and calls a tool in ${revision}`, async ({
    signedOut: page,
    tenant,
    baseURL,
  }) => {
    await addTool(tenant.id, "echo");
    const person = await newMember(tenant, "developer");
    const app = await startMcpApp(`${baseURL}/t/${tenant.id}/mcp`, open);
    try {
      expect(await app.listTools()).toBeNull();
      await page.goto(app.authorizationUrl);
      await fillSignIn(page, person);
      await page.getByRole("button", { name: "Allow" }).click();
      await expect(page).toHaveTitle("Done");
      await app.finish();

      const seen = await app.connected(async (connection) => ({
        revision: connection.revision(),
        tools: await connection.listTools(),
        answer: await connection.callTool("echo", { said: name }),
      }));
      const answer = { structuredContent: { said: name } };
      expect(seen).toMatchObject({ revision, tools: ["echo"], answer });
    } finally {
      await app.close();
    }
  });
}

test("the form may lead to the application that asked, and nowhere else", async ({
  page,
  baseURL,
}) => {
  const redirect_uri = "cursor://anysphere.cursor-mcp/oauth/callback";
  const registered = await fetch(`${baseURL}/oauth/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ redirect_uris: [redirect_uri], token_endpoint_auth_method: "none" }),
  });
  const { client_id } = (await registered.json()) as { client_id: string };
  const parameters = new URLSearchParams({
    ...{ client_id, redirect_uri, response_type: "code", code_challenge_method: "S256" },
    code_challenge: "x".repeat(43),
  });
  const shown = await page.goto(`/oauth/authorize?${parameters}`);
  expect(shown?.headers()["content-security-policy"]).toContain("form-action 'self' cursor:;");
  await expect(page.getByText("the program that opens cursor:// links")).toBeVisible();
  const other = await page.goto("/account");
  expect(other?.headers()["content-security-policy"]).toContain("form-action 'self';");
});
