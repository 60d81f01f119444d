import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import type { Ctx, PlatformCtx } from "#lib/core/ctx.ts";
import { uuidv7 } from "#lib/core/ids.ts";
import { mintTenantId } from "./identity.ts";
import { identifySession, pathHeader, sessionCookie } from "./session-token.ts";

type OperatorCtx = PlatformCtx & { email: string };

/** The operator of this page's request; null for a visitor who is not signed in. */
export const findOperatorCtx = cache(async (): Promise<OperatorCtx | null> => {
  const token = (await cookies()).get(sessionCookie)?.value;
  const identity = token ? await identifySession(`${sessionCookie}=${token}`) : null;
  if (identity?.principal.type !== "operator") return null;
  return {
    requestId: uuidv7(),
    principal: identity.principal,
    permissions: identity.permissions,
    ip: null,
    platform: true,
    ownTenantId: null,
    email: identity.principal.email,
  };
});

/** The same; sends a visitor who is not signed in to the sign-in page, and back afterwards. */
export async function operatorCtx(): Promise<OperatorCtx> {
  return (await findOperatorCtx()) ?? redirect(await signInAddress());
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
