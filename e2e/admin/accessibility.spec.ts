import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { newMember, signIn } from "../portal/fixtures.ts";
import { startMcpApp } from "../portal/mcp-app.ts";
import { expect, mustCall, type Tenant, test } from "./fixtures.ts";

const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Everything is looked at in the light theme; the dark one can differ in its colours alone. */
async function seriousViolations(page: Page, theme: "light" | "dark" = "light"): Promise<string[]> {
  const axe = new AxeBuilder({ page });
  const { violations } = await (theme === "light"
    ? axe.withTags(tags)
    : axe.withRules("color-contrast")
  ).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
}

async function fill(tenant: Tenant): Promise<void> {
  const credential = { tenantId: tenant.id };
  const config = { implementation: "internal:echo", type: "lookup" };
  const annotations = { destructiveHint: true, readOnlyHint: false };
  const output_schema = { type: "object" };
  const tool = { tool_id: "ping", name: "ping", title: "Ping", config, is_dynamic: true };
  await mustCall("POST", "/tools/register", { ...tool, annotations, output_schema }, credential);
  await mustCall("POST", "/tools/ping/call", { arguments: { a: 1 } }, credential);
  await mustCall("POST", "/memory/register", { agent_id: "a", context: { b: [1] } }, credential);
  const resource = { resource_id: "r", name: "r", type: "file", uri: "file:///x" };
  const access_permissions = ["read"];
  await mustCall("POST", "/resources/register", { ...resource, access_permissions }, credential);
  const grant = { subject: { type: "role", id: "viewer" }, permissions: ["read", "write"] };
  await mustCall("POST", "/resources/r/grants", grant, credential);
  const greeting = { type: "text", text: "Hi {{who}}" };
  const prompt = {
    arguments: [{ name: "who", required: true, completions: ["Ana"] }],
    messages: [{ role: "user", content: greeting }],
  };
  await mustCall("PUT", "/prompts/p", prompt, credential);
  await mustCall("PUT", "/prompts/p", { ...prompt, title: "P" }, credential);
  const text = { resource_id: "text", name: "text", type: "file", uri: "docs://{id}" };
  const content = { text: "A line of text\n".repeat(100) };
  await mustCall("POST", "/resources/register", { ...text, content }, credential);
  await mustCall("POST", "/keys", { name: "key", scopes: ["tools:read"] }, credential);
  const transport = { type: "http", url: "https://mcp.example.com/mcp" };
  const auth = { type: "oauth", scope: "user" };
  await mustCall("PUT", "/upstreams/u", { name: "U", transport, auth }, credential);
  await newMember(tenant, "viewer");
}

const ofTenant = [
  "",
  "/tools",
  "/tools/ping",
  "/tools/dynamic",
  "/tools/ping/edit",
  "/tools/ping/test",
  "/tools/ping/revisions",
  "/tasks",
  "/budgets",
  "/resources",
  "/resources/r",
  "/resources/r/access",
  "/resources/r/files",
  "/resources/text",
  "/resources/text/edit",
  "/resources/register",
  "/prompts",
  "/prompts/p",
  "/prompts/p?version=1",
  "/prompts/p/versions",
  "/prompts/p/edit",
  "/prompts/new",
  "/upstreams",
  "/upstreams/new",
  "/upstreams/u",
  "/upstreams/u/edit",
  "/upstreams/u/tools",
  "/memories",
  "/memories/a",
  "/keys",
  "/members",
  "/apps",
  "/bundle",
  "/audit",
  "/connect",
  "/settings",
];
const ofPlatform = [
  "/admin/tenants",
  "/admin/tenants/configure",
  "/admin/keys",
  "/admin/prices",
  "/admin/audit",
  "/admin/account",
  "/admin/nothing-here",
];

for (const theme of ["light", "dark"] as const) {
  test(`no page of a tenant has a serious violation in the ${theme} theme`, async ({
    page,
    tenant,
  }) => {
    test.slow();
    await fill(tenant);
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    for (const path of ofTenant) {
      await page.goto(tenant.path + path);
      await expect(page.locator("html")).toHaveClass(new RegExp(theme));
      expect(await seriousViolations(page, theme), path).toEqual([]);
    }
  });

  test(`no page of the platform has a serious violation in the ${theme} theme`, async ({
    page,
    signedOut,
  }) => {
    test.slow();
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    for (const path of ofPlatform) {
      await page.goto(path);
      expect(await seriousViolations(page, theme), path).toEqual([]);
    }
    await signedOut.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    for (const path of ["/sign-in", "/docs?q=tenants"]) {
      await signedOut.goto(path);
      expect(await seriousViolations(signedOut, theme), path).toEqual([]);
    }
  });
}

const ofPortal = ["connect", "linked-accounts", "apps", "members"];

test("no page of the portal has a serious violation, nor scrolls sideways on a phone", async ({
  signedOut: page,
  tenant,
}) => {
  test.slow();
  await page.emulateMedia({ reducedMotion: "reduce" });
  await signIn(page, await newMember(tenant, "owner"));
  await expect(page).toHaveURL(/\/connect$/);
  for (const path of [...ofPortal.map((part) => `/portal/${tenant.id}/${part}`), "/account"]) {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(path);
    const past = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(past, path).toBeLessThanOrEqual(0);
    await page.setViewportSize({ width: 1280, height: 800 });
    for (const theme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: theme });
      expect(await seriousViolations(page, theme), path).toEqual([]);
    }
  }
});

test("the consent page has no serious violation, nor scrolls sideways on a phone", async ({
  page,
  baseURL,
}) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const app = await startMcpApp(`${baseURL}/mcp`);
  try {
    await app.listTools();
    await page.goto(app.authorizationUrl);
    await expect(page.getByRole("button", { name: "Deny" })).toBeVisible();
    for (const theme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: theme });
      expect(await seriousViolations(page, theme)).toEqual([]);
    }
    await page.setViewportSize({ width: 360, height: 740 });
    const past = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(past).toBeLessThanOrEqual(0);
    await page.goto("/oauth/authorize?client_id=nobody");
    expect(await seriousViolations(page)).toEqual([]);
  } finally {
    await app.close();
  }
});

test("dialogs have no serious violation and give the focus back", async ({ page, tenant }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto(`${tenant.path}/settings`);
  const opener = page.getByRole("button", { name: "Delete" });
  await opener.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Delete tenant" });
  await expect(dialog).toBeVisible();
  expect(await seriousViolations(page)).toEqual([]);
  for (let press = 0; press < 8; press++) {
    await page.keyboard.press("Tab");
    await expect(dialog.locator(":focus")).toHaveCount(1);
  }
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(opener).toBeFocused();
});

test("the first Tab offers to skip to the content", async ({ page }) => {
  await page.goto("/admin/tenants");
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to content" });
  await expect(skip).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("#main")).toBeFocused();
});

test("a phone has no sideways scrolling on any page, and its menu leads on", async ({
  page,
  tenant,
}) => {
  test.slow();
  await fill(tenant);
  await page.setViewportSize({ width: 360, height: 740 });
  for (const path of [...ofTenant.map((part) => tenant.path + part), ...ofPlatform, "/docs"]) {
    await page.goto(path);
    const past = () =>
      page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
    expect(await past(), path).toBeLessThanOrEqual(0);
  }
  await page.goto(tenant.path);
  await page.getByRole("button", { name: "Menu" }).click();
  await page.getByRole("dialog").getByRole("link", { name: "Platform keys" }).click();
  await expect(page).toHaveURL("/admin/keys");
  await expect(page.getByRole("dialog")).toBeHidden();
});
