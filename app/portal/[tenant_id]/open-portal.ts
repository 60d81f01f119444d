import { notFound } from "next/navigation";
import { cache } from "react";
import { memberTenantCtx } from "#lib/auth/session.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import type { Permission, Role } from "#lib/core/permissions.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";

export type PortalParams = Promise<{ tenant_id: string }>;

type Portal = {
  ctx: Ctx;
  tenantId: string;
  tenantName: string;
  role: Role;
  isFederated: boolean;
};

/**
 * What every page of a tenant's portal starts with, read once a request; the same 404 for a tenant
 * that is missing, suspended or not the person's.
 */
export const openPortal = cache(async (tenantId: string): Promise<Portal> => {
  const ctx = await memberTenantCtx(tenantId);
  const snapshot = await findSnapshot(tenantId);
  const role = ctx.principal.type === "member" ? ctx.principal.role : null;
  if (snapshot?.tenant.status !== "active" || role === null) notFound();
  const { name: tenantName, mcp_config } = snapshot.tenant;
  const isFederated = mcp_config.federation_enabled === true;
  return { ctx, tenantId, tenantName, role, isFederated };
});

/** The same for a part that a role may lack: to who lacks it, it is not there. */
export async function openPart(tenantId: string, permission: Permission): Promise<Portal> {
  const portal = await openPortal(tenantId);
  return portal.ctx.permissions.has(permission) ? portal : notFound();
}
