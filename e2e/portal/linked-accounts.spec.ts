import { type ProtectedUpstream, startProtectedUpstream } from "#lib/testing/protected-upstream.ts";
import { callApi, mustCall, type Tenant } from "../admin/fixtures.ts";
import { expect, newMember, signIn, test } from "./fixtures.ts";

let provider: ProtectedUpstream;

test.beforeAll(async () => {
  provider = await startProtectedUpstream();
});
test.afterAll(() => provider.close());
test.beforeEach(({ signedOut }) =>
  // The provider's own pages ask for a font of the internet.
  signedOut.route("https://fonts.googleapis.com/**", (route) =>
    route.fulfill({ contentType: "text/css", body: "" }),
  ),
);

/** The provider's upstreams: one with each person's account, one with the tenant's. */
async function register(tenant: Tenant): Promise<void> {
  const { body } = await callApi("GET", `/tenants/${tenant.id}`);
  await mustCall("POST", "/tenants/configure", { ...body, egress_allow: ["127.0.0.0/8"] });
  for (const [id, scope] of [
    ["notes", "user"],
    ["shared", "tenant"],
  ]) {
    const transport = { type: "http", url: provider.mcpUrl };
    const auth = { type: "oauth", scope, scopes: "openid email notes" };
    const upstream = { name: `The ${id} server`, transport, auth };
    await mustCall("PUT", `/upstreams/${id}`, upstream, { tenantId: tenant.id });
  }
}

test("a member connects their account in the browser, sees it ended by the provider, connects again and disconnects", async ({
  signedOut: page,
  tenant,
}) => {
  await register(tenant);
  const person = await newMember(tenant, "developer");
  await signIn(page, person);
  await expect(page).toHaveURL(/\/connect$/);
  await page.getByRole("link", { name: "Linked accounts" }).click();
  const own = page.getByRole("table", { name: "Linked accounts" });
  await expect(own.getByRole("row", { name: /The notes server/ })).toContainText("Not connected");
  await expect(page.getByRole("table", { name: "The tenant's accounts" })).toContainText(
    "The shared server",
  );
  const consent = async () => {
    await page.getByRole("button", { name: "Continue" }).click();
    await expect(page.getByText("The account is connected")).toBeVisible();
    await expect(own).toContainText("ann@provider.example");
    // Told so once the page is alive; until then a click is lost.
    await expect(own).toContainText("just now");
  };
  await own.getByRole("button", { name: "Connect: The notes server" }).click();
  await page.getByPlaceholder("Enter any login").fill("ann");
  await page.getByPlaceholder("and password").fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await consent();

  await provider.end("ann", "access");
  await provider.end("ann", "refresh");
  // The first call finds out; the server's list is one.
  const headers = { "x-tenant-id": tenant.id };
  expect((await page.request.get("/upstreams/notes/catalog", { headers })).status()).toBe(502);
  await page.reload();
  await expect(own).toContainText("refused to renew the access token");
  // The provider still knows who it is.
  await own.getByRole("button", { name: "Connect again: The notes server" }).click();
  await consent();

  await own.getByRole("button", { name: "Disconnect: The notes server" }).click();
  await expect(own).toContainText("Not connected");
  expect(provider.revocations.slice(-2)).toEqual([200, 200]);
});

test("who does not allow it there is told so, and a viewer is shown no account of the tenant's", async ({
  signedOut: page,
  tenant,
}) => {
  await register(tenant);
  await signIn(page, await newMember(tenant, "viewer"));
  await expect(page).toHaveURL(/\/connect$/);
  await page.getByRole("link", { name: "Linked accounts" }).click();
  await expect(page.getByText("The shared server")).toHaveCount(0);
  await page.getByRole("button", { name: "Connect: The notes server" }).click();
  await page.getByRole("link", { name: /cancel/i }).click();
  await expect(page.getByText("You did not allow it there")).toBeVisible();
  await expect(page.getByRole("table", { name: "Linked accounts" })).toContainText("Not connected");
});
