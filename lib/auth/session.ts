import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import type { Ctx, PlatformCtx } from "#lib/core/ctx.ts";
import { uuidv7 } from "#lib/core/ids.ts";
import { mintTenantId } from "./identity.ts";
import { identifySession, sessionCookie } from "./session-token.ts";

/** The operator of this page's request; sends a visitor who is not signed in to the sign-in page. */
export const operatorCtx = cache(async (): Promise<PlatformCtx & { email: string }> => {
  const token = (await cookies()).get(sessionCookie)?.value;
  const identity = token ? await identifySession(`${sessionCookie}=${token}`) : null;
  if (identity?.principal.type !== "operator") redirect("/sign-in");
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

/** The operator inside one tenant, for pages about it. */
export async function operatorTenantCtx(tenantId: string): Promise<Ctx> {
  const { requestId, principal, permissions, ip } = await operatorCtx();
  return { requestId, principal, permissions, ip, tenantId: mintTenantId(tenantId) };
}
