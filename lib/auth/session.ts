import { cookies, headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { cache } from "react";
import type { CallerCtx, Ctx, PlatformCtx } from "#lib/core/ctx.ts";
import { uuidv7 } from "#lib/core/ids.ts";
import { type Identity, mintTenantId } from "./identity.ts";
import { bindToTenant, findPlace } from "./members.ts";
import { identifySession, pathHeader, sessionCookie } from "./session-token.ts";

type OperatorCtx = PlatformCtx & { email: string };

/** Where an operator's pages begin, and a member's. */
export const homes = { operator: "/admin", member: "/portal" } as const;

const requestId = cache(uuidv7);

/** Who this page's request is of: an operator or a member; null for a visitor. */
export const findSession = cache(async (): Promise<Identity | null> => {
  const token = (await cookies()).get(sessionCookie)?.value;
  return token ? identifySession(`${sessionCookie}=${token}`) : null;
});

/** The operator of this page's request; null for a visitor and for a member. */
export const findOperatorCtx = cache(async (): Promise<OperatorCtx | null> => {
  const identity = await findSession();
  if (identity?.principal.type !== "operator") return null;
  return {
    requestId: requestId(),
    principal: identity.principal,
    permissions: identity.permissions,
    ip: null,
    platform: true,
    ownTenantId: null,
    email: identity.principal.email,
  };
});

/** The same; sends a visitor to the sign-in page, and back afterwards, and a member to the portal. */
export async function operatorCtx(): Promise<OperatorCtx> {
  const ctx = await findOperatorCtx();
  if (ctx) return ctx;
  return redirect((await findSession()) ? homes.member : await signInAddress());
}

async function signInAddress(): Promise<string> {
  const asked = URL.parse((await headers()).get(pathHeader) ?? "/", "http://localhost");
  // Next's own parameter of a request for a page's data, which is no part of the page's address.
  asked?.searchParams.delete("_rsc");
  if (!asked || asked.pathname === "/") return "/sign-in";
  return `/sign-in?${new URLSearchParams({ callbackUrl: asked.pathname + asked.search })}`;
}

/** The operator inside one tenant, for pages about it. */
export async function operatorTenantCtx(tenantId: string): Promise<Ctx> {
  const { requestId, principal, permissions, ip } = await operatorCtx();
  return { requestId, principal, permissions, ip, tenantId: mintTenantId(tenantId) };
}

/** The person who is signed in, operator or member; sends a visitor to the sign-in page. */
export async function personCtx(): Promise<CallerCtx & { email: string }> {
  const identity = (await findSession()) ?? redirect(await signInAddress());
  const { principal, permissions } = identity;
  if (principal.type !== "operator" && principal.type !== "member") notFound();
  return { requestId: requestId(), principal, permissions, ip: null, email: principal.email };
}

/** The member of this page's request; sends an operator to the console. */
export async function memberCtx(): Promise<CallerCtx & { email: string }> {
  const ctx = await personCtx();
  return ctx.principal.type === "member" ? ctx : redirect(homes.operator);
}

/** The member inside one tenant; a tenant that is not theirs is the 404 of a missing one. */
export async function memberTenantCtx(tenantId: string): Promise<Ctx> {
  const { requestId, principal, permissions, ip } = await memberCtx();
  if (!(await findPlace(principal.id, tenantId))) notFound();
  const bound = await bindToTenant({ principal, permissions, tenantId: null }, tenantId);
  return { requestId, ip, ...bound, tenantId: mintTenantId(tenantId) };
}
