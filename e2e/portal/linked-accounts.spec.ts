import { type ProtectedUpstream, startProtectedUpstream } from "#lib/testing/protected-upstream.ts";
import { callApi, mustCall, type Tenant } from "../admin/fixtures.ts";
import { expect, newMember, signIn, test } from "./fixtures.ts";

let provider: ProtectedUpstream;

test.beforeAll(async () => {
  provider = await startProtectedUpstream();
});
test.afterAll(() => provider.close());

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
  await page.getByRole("link", { name: "Linked accounts" }).click();
  const own = page.getByRole("table", { name: "Linked accounts" });
  await expect(own.getByRole("row", { name: /The notes server/ })).toContainText("Not connected");
  await expect(page.getByRole("table", { name: "The tenant's accounts" })).toContainText(
    "The shared server",
  );
  const connectAs = async (button: string, login: string) => {
    await own.getByRole("button", { name: button }).click();
    await page.getByPlaceholder("Enter any login").fill(login);
    await page.getByPlaceholder("and password").fill("any");
    await page.getByRole("button", { name: "Sign-in" }).click();
    await page.getByRole("button", { name: "Continue" }).click();
    await expect(page.getByText("The account is connected")).toBeVisible();
    await expect(own).toContainText(`${login}@provider.example`);
  };
  await connectAs("Connect: The notes server", "ann");

  await provider.end("ann", "access");
  await provider.end("ann", "refresh");
  // The first call finds out; the server's list is one.
  await page.evaluate(
    ([id]) =>
      fetch("/upstreams/notes/catalog", { headers: { "x-tenant-id": id ?? "" } }).then(
        () => undefined,
      ),
    [tenant.id],
  );
  await page.reload();
  await expect(own).toContainText("refused to renew the access token");
  await connectAs("Connect again: The notes server", "ann");

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
  await page.getByRole("link", { name: "Linked accounts" }).click();
  await expect(page.getByText("The shared server")).toHaveCount(0);
  await page.getByRole("button", { name: "Connect: The notes server" }).click();
  await page.getByRole("link", { name: /cancel/i }).click();
  await expect(page.getByText("You did not allow it there")).toBeVisible();
  await expect(page.getByRole("table", { name: "Linked accounts" })).toContainText("Not connected");
});
