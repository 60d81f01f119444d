import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { findSnapshot, type TenantSnapshot } from "#lib/tenants/snapshot.ts";

/** The tenant's snapshot if it may pull from peers; throws `peer_not_allowed`. */
export async function requirePulling(ctx: Ctx): Promise<TenantSnapshot> {
  const snapshot = await findSnapshot(ctx.tenantId);
  const isActive = snapshot?.tenant.status === "active";
  if (isActive && snapshot.tenant.mcp_config.federation_enabled === true) return snapshot;
  throw new AppError(
    "peer_not_allowed",
    isActive
      ? "The tenant may not pull from peers: mcp_config.federation_enabled is not true."
      : "The tenant may not pull from peers: it is not active.",
    { extra: { reason: "federation_disabled" } },
  );
}

/** Throws `federation_disabled` unless peers may pull from the tenant. */
export async function requireExporting(ctx: Ctx): Promise<void> {
  const snapshot = await findSnapshot(ctx.tenantId);
  if (snapshot?.tenant.mcp_config.federation_enabled === true) return;
  throw new AppError(
    "federation_disabled",
    "Peers may not pull from this tenant: its mcp_config.federation_enabled is not true.",
  );
}

/** What our pulls say of themselves in the seed's lists, which others read for other reasons. */
export const pullHeader = "tausestack-federation";

/** Whether a request for an ordinary list is a peer's pull. */
function isPull(request: Request): boolean {
  return request.headers.get(pullHeader) === "pull";
}

/**
 * The caller of an ordinary list, which a peer's pull may read only where federation is on, and
 * without what whoever writes tools is shown. Throws `federation_disabled`.
 */
export async function asReader(ctx: Ctx, request: Request): Promise<Ctx> {
  if (!isPull(request)) return ctx;
  await requireExporting(ctx);
  const permissions = new Set(ctx.permissions);
  permissions.delete("tools:write");
  return { ...ctx, permissions };
}
