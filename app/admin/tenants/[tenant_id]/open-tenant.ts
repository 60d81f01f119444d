import { notFound } from "next/navigation";
import { cache } from "react";
import { operatorTenantCtx } from "#lib/auth/session.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { env } from "#lib/core/env.ts";
import { AppError } from "#lib/core/errors.ts";
import { type Tenant, tenantSlug } from "#lib/tenants/schema.ts";
import { getQuotas, getTenant, type QuotaUse } from "#lib/tenants/service.ts";

export type TenantParams = Promise<{ tenant_id: string }>;

/** What every page of a tenant starts with, read once a request; a 404 when there is no such tenant. */
export const openTenant = cache(
  async (tenantId: string): Promise<{ ctx: Ctx; tenant: Tenant; quotas: QuotaUse }> => {
    const ctx = await operatorTenantCtx(tenantId);
    // The API serves one tenant alone in that mode, so a form about another would write to it.
    const reachable = env().TAUSESTACK_MULTI_TENANT_MODE || tenantId === "default";
    if (!reachable || !tenantSlug.safeParse(tenantId).success) notFound();
    const [tenant, quotas] = await orNotFound(Promise.all([getTenant(ctx), getQuotas(ctx)]));
    return { ctx, tenant, quotas };
  },
);

/** The value, or the 404 page when a verb says that there is no such thing. */
export async function orNotFound<T>(value: Promise<T>): Promise<T> {
  try {
    return await value;
  } catch (error) {
    if (error instanceof AppError && error.code === "not_found") notFound();
    throw error;
  }
}

/**
 * A page's segment as the id that it stands for: ids may hold any printable character, and Next
 * gives pages the segment as it stands in the address (but `generateMetadata` the decoded one).
 */
export function idOf(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    notFound();
  }
}
