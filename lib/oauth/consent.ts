import { z } from "zod";
import { type Identity, mintTenantId } from "#lib/auth/identity.ts";
import { membershipsOf } from "#lib/auth/members.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { parse } from "#lib/core/parse.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";
import { createGrant } from "./grants.ts";
import { type Holder, holderPermissions, toAccountId } from "./holder.ts";
import type { Interaction } from "./interaction.ts";
import { mcpResourceAt } from "./resource.ts";
import { isOAuthScope, type OAuthScope } from "./scopes.ts";

/** A tenant that a person may connect an application to, and the asked scopes that they have there. */
export interface TenantChoice {
  tenantId: string;
  name: string;
  scopes: OAuthScope[];
}

/** The person behind an identity; null for anything that is none. */
export function holderOf({ principal }: Identity): (Holder & { email: string }) | null {
  if (principal.type !== "operator" && principal.type !== "member") return null;
  return { type: principal.type, id: principal.id, email: principal.email };
}

/** The tenant that the resource of a request names; null where the person chooses. */
export function fixedTenant({ resource }: Interaction): string | null {
  return mcpResourceAt(new URL(resource).pathname)?.tenantId ?? null;
}

/** One tenant as a choice of a person; null for one that is foreign, missing or suspended. */
export async function findChoice(
  holder: Holder,
  interaction: Interaction,
  tenantId: string,
): Promise<TenantChoice | null> {
  const snapshot = await findSnapshot(tenantId);
  if (snapshot?.tenant.status !== "active") return null;
  const may = await holderPermissions(holder, tenantId);
  if (may.size === 0) return null;
  const scopes = interaction.scopes.filter((scope) => may.has(scope));
  return { tenantId, name: snapshot.tenant.name, scopes };
}

/** The tenants that a member may choose among; an operator names any, so theirs is not listed here. */
export async function memberChoices(
  userId: string,
  interaction: Interaction,
): Promise<TenantChoice[]> {
  const memberships = await membershipsOf(userId);
  return memberships.map(({ tenantId, tenantName, permissions }) => ({
    tenantId,
    name: tenantName,
    scopes: interaction.scopes.filter((scope) => permissions.has(scope)),
  }));
}

export const consentInput = z.object({
  /** The account that the page was shown to. */
  account: z.string(),
  tenant_id: z.string().trim().max(64).default(""),
  scopes: z.array(z.string()).default([]),
});

/**
 * Lets the client of a waiting request act for a person in a tenant, with the scopes that they
 * ticked; answers what the authorization server is told. Throws `invalid_request`, `not_found` for a
 * tenant that the person may not choose, and `conflict` when another account has signed in meanwhile.
 */
export async function grantConsent(
  caller: Pick<Ctx, "requestId" | "ip">,
  identity: Identity,
  interaction: Interaction,
  raw: z.input<typeof consentInput>,
) {
  const { account, tenant_id, scopes } = parse(consentInput, raw);
  const holder = holderOf(identity);
  if (!holder) throw new AppError("forbidden", "Only a person can connect an application.");
  if (account !== holder.id) {
    throw new AppError("conflict", "Another account has signed in meanwhile. Look again.");
  }
  const tenantId = fixedTenant(interaction) ?? tenant_id;
  const choice = await findChoice(holder, interaction, tenantId);
  if (!choice)
    throw new AppError("not_found", "There is no such tenant, or you do not belong to it.");
  const given = choice.scopes.filter((scope) => isOAuthScope(scope) && scopes.includes(scope));
  if (given.length === 0) {
    throw new AppError("invalid_request", "Allow at least one thing, or deny the request.");
  }
  const ctx: Ctx = {
    ...caller,
    principal: identity.principal,
    permissions: await holderPermissions(holder, tenantId),
    tenantId: mintTenantId(tenantId),
  };
  const { grantId } = await createGrant(ctx, {
    userType: holder.type,
    userId: holder.id,
    userEmail: holder.email,
    clientId: interaction.client.id,
    clientName: interaction.client.name,
    clientUri: interaction.client.uri,
    logoUri: interaction.client.logoUri,
    redirectUri: interaction.redirectUri,
    registration: interaction.client.registration,
    resource: interaction.resource,
    scopes: given,
  });
  // The server keeps no session: each request comes here for a person's own.
  return { login: { accountId: toAccountId(holder), remember: false }, consent: { grantId } };
}
