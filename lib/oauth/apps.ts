import { and, asc, eq, gt, isNull } from "drizzle-orm";
import type { z } from "zod";
import { connectedApps } from "#db/schema/oauth.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import { announce, announceHere, type Change } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { notFound } from "#lib/core/errors.ts";
import { decodeCursor, type Page, pageSize, toPage } from "#lib/core/page.ts";
import { grantChange } from "./grant-lookup.ts";
import type { ConnectedApp, connectedAppQuery, RevokedApp } from "./schema.ts";

export type AppRow = typeof connectedApps.$inferSelect;

export function toConnectedApp(row: AppRow): ConnectedApp {
  return {
    grant_id: row.grantId,
    tenant_id: row.tenantId,
    client_id: row.clientId,
    client_name: row.clientName,
    client_uri: row.clientUri,
    logo_uri: row.logoUri,
    registration: row.registration,
    redirect_uri: row.redirectUri,
    resource: row.resource,
    scopes: row.scopes,
    granted_by: { type: row.userType, id: row.userId, email: row.userEmail },
    created_at: row.createdAt.toISOString(),
    expires_at: row.expiresAt.toISOString(),
    last_used_at: row.lastUsedAt?.toISOString() ?? null,
  };
}

/** Of the tenant, neither revoked nor expired. */
function alive(ctx: Pick<Ctx, "tenantId">) {
  return [
    eq(connectedApps.tenantId, ctx.tenantId),
    isNull(connectedApps.revokedAt),
    gt(connectedApps.expiresAt, new Date()),
  ];
}

/** The applications that people connected to the tenant, in the order in which they did. */
export async function listConnectedApps(
  ctx: Ctx,
  query: z.output<typeof connectedAppQuery> = {},
): Promise<Page<ConnectedApp>> {
  authorize(ctx, "apps:read");
  const size = pageSize(query);
  const [after = ""] = query.cursor ? decodeCursor(query.cursor, 1) : [];
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select()
      .from(connectedApps)
      .where(and(...alive(ctx), gt(connectedApps.grantId, after)))
      .orderBy(asc(connectedApps.grantId))
      .limit(size + 1),
  );
  return toPage(rows, size, (row) => [row.grantId], toConnectedApp);
}

/** Ends one grant in a transaction of its tenant; call `announceHere` with the answer afterwards. */
export async function endGrant(tx: Tx, ctx: Ctx, row: AppRow): Promise<Change> {
  await tx
    .update(connectedApps)
    .set({ revokedAt: new Date() })
    .where(and(...alive(ctx), eq(connectedApps.grantId, row.grantId)));
  await audit(tx, ctx, {
    action: "app.revoke",
    target: { type: "app", id: row.grantId },
    before: toConnectedApp(row),
  });
  const change = grantChange(row);
  await announce(tx, change);
  return change;
}

/** Loads a grant that lives, locked; 404 for any other. */
async function loadApp(tx: Tx, ctx: Ctx, grantId: string): Promise<AppRow> {
  // PostgreSQL refuses some texts that are no ids.
  if (!/^app_[0-9a-f]{32}$/.test(grantId)) throw notFound("connected app", grantId);
  const [row] = await tx
    .select()
    .from(connectedApps)
    .where(and(...alive(ctx), eq(connectedApps.grantId, grantId)))
    .for("update");
  if (!row) throw notFound("connected app", grantId);
  return row;
}

/**
 * Disconnects an application: its access tokens are refused on every process, and its refresh tokens
 * are dead. Needs `apps:write`; a person may always disconnect what they connected themselves.
 */
export async function revokeConnectedApp(ctx: Ctx, grantId: string): Promise<RevokedApp> {
  const { principal } = ctx;
  const isPerson = principal.type === "member" || principal.type === "operator";
  if (!isPerson) authorize(ctx, "apps:write");
  const change = await withTenant(ctx.tenantId, async (tx) => {
    const row = await loadApp(tx, ctx, grantId);
    if (row.userId !== principal.id) authorize(ctx, "apps:write");
    return endGrant(tx, ctx, row);
  });
  announceHere(change);
  return { status: "revoked", grant_id: grantId };
}
