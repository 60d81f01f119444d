import { randomBytes } from "node:crypto";
import {
  type BrowserContext,
  type BrowserContextOptions,
  test as base,
  expect,
  type Locator,
  type Page,
} from "@playwright/test";

type Storage = Exclude<BrowserContextOptions["storageState"], string | undefined>;

/** What of the environment `e2e/global-setup.ts` says. */
export function setting(name: "URL" | "KEY" | "PASSWORD" | "DATABASE"): string {
  const value = process.env[`TAUSESTACK_E2E_${name}`];
  if (value === undefined) throw new Error(`TAUSESTACK_E2E_${name} is not set`);
  return value;
}

export const operator = {
  email: "operator@localhost",
  get password() {
    return setting("PASSWORD");
  },
};

export type Credential = { key?: string; tenantId?: string };

/** One call of the REST API, by default with the platform's key. */
export async function callApi(
  method: string,
  path: string,
  body?: unknown,
  { key = setting("KEY"), tenantId }: Credential = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(setting("URL") + path, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      ...(tenantId === undefined ? {} : { "x-tenant-id": tenantId }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** A call that must succeed. */
export async function mustCall(
  method: string,
  path: string,
  body?: unknown,
  credential?: Credential,
): Promise<Record<string, unknown>> {
  const answer = await callApi(method, path, body, credential);
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  return answer.body;
}

/** An id that no other test has. */
export function freshId(prefix: string): string {
  return `${prefix}_${randomBytes(6).toString("hex")}`;
}

export async function fillSignIn(page: Page, password: string): Promise<void> {
  await page.getByLabel("E-mail").fill(operator.email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/**
 * Chooses in a select by the keyboard, since a click is lost while the list opens. Once the list
 * stands it takes the focus, so a key has to wait for that.
 */
export async function choose(scope: Page | Locator, label: string, option: string): Promise<void> {
  const page = "page" in scope ? scope.page() : scope;
  await scope.getByRole("combobox", { name: label }).click();
  await expect(page.locator("[role=listbox]:focus-within")).toBeVisible();
  await page.getByRole("option", { name: option }).press("Enter");
}

/** A refused request is told by the browser as an error of the page; that one is expected. */
const expected = /^Failed to load resource: the server responded with a status of 4\d\d/;

function collect(context: BrowserContext, complaints: string[]): void {
  context.on("console", (message) => {
    const text = message.text();
    if (message.type() === "error" && !expected.test(text)) complaints.push(text);
  });
  context.on("weberror", (error) => complaints.push(String(error.error())));
}

export type Tenant = { id: string; name: string; path: string };

type TestFixtures = { tenant: Tenant; signedOut: Page; complaints: string[] };
type WorkerFixtures = { session: Storage };

/** Tests start signed in; anything that the browser complains of (CSP, hydration) fails them. */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  session: [
    async ({ browser }, use) => {
      const page = await browser.newPage({ baseURL: setting("URL") });
      await page.goto("/sign-in");
      await fillSignIn(page, operator.password);
      await page.waitForURL("**/admin/tenants");
      const storage = await page.context().storageState();
      await page.close();
      await use(storage);
    },
    { scope: "worker" },
  ],
  storageState: async ({ session }, use) => use(session),
  baseURL: async ({ browserName: _ }, use) => use(setting("URL")),
  complaints: [
    async ({ context }, use) => {
      const complaints: string[] = [];
      collect(context, complaints);
      await use(complaints);
      expect(complaints, "what the browser complained of").toEqual([]);
    },
    { auto: true },
  ],
  tenant: async ({ browserName: _ }, use) => {
    const id = freshId("e2e");
    const name = `Tenant ${id}`;
    const limits = { tool_limits: { max_tools: 20 }, resource_limits: { max_resources: 20 } };
    await mustCall("POST", "/tenants/configure", { tenant_id: id, name, ...limits });
    await use({ id, name, path: `/admin/tenants/${id}` });
    await callApi("DELETE", `/tenants/${id}`);
  },
  /** A page of a visitor without a session. */
  signedOut: async ({ browser, complaints }, use) => {
    const storageState = { cookies: [], origins: [] };
    const context = await browser.newContext({ baseURL: setting("URL"), storageState });
    collect(context, complaints);
    await use(await context.newPage());
    await context.close();
  },
});

export { expect };
