import { expect, type Page } from "@playwright/test";
import { freshId, mustCall, type Tenant, test } from "../admin/fixtures.ts";

export { expect, test };

export type Person = { email: string; password: string; userId: string };

/** Somebody new, added to a tenant with the platform's key. */
export async function newMember(tenant: Tenant, role: string): Promise<Person> {
  const body = { email: `${freshId("p")}@example.com`, role };
  const made = await mustCall("POST", "/members", body, { tenantId: tenant.id });
  return {
    email: String(made.email),
    password: String(made.initial_password),
    userId: String(made.user_id),
  };
}

/** A tenant besides the fixture's own; the caller deletes it. */
export async function newTenant(): Promise<Tenant> {
  const id = freshId("e2e");
  await mustCall("POST", "/tenants/configure", { tenant_id: id, name: `Tenant ${id}` });
  return { id, name: `Tenant ${id}`, path: `/admin/tenants/${id}` };
}

export async function signIn(page: Page, person: Pick<Person, "email" | "password">) {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(person.email);
  await page.getByLabel("Password").fill(person.password);
  await page.getByRole("button", { name: "Sign in" }).click();
}
