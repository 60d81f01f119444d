import { and, eq, gt, isNull, ne } from "drizzle-orm";
import type { AdapterPayload } from "oidc-provider";
import { connectedApps } from "#db/schema/oauth.ts";
import { platformStatement, type Tx, withPlatform, withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { mintTenantId } from "#lib/auth/identity.ts";
import { announceHere, type Change } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { prefixedId, uuidv7 } from "#lib/core/ids.ts";
import { type AppRow, endGrant, toConnectedApp } from "./apps.ts";
import { keepArtifact } from "./artifacts.ts";
import { toAccountId } from "./holder.ts";

/** After this a person is asked anew, however often the application renewed its tokens. */
const grantMs = 180 * 24 * 3600_000;
/** How long the row of an ended grant stays, for whoever looks an id of the ledger up. */
const keepEndedDays = 90;

export type NewGrant = Pick<
  AppRow,
  | "userType"
  | "userId"
  | "userEmail"
  | "clientId"
  | "clientName"
  | "clientUri"
  | "logoUri"
  | "redirectUri"
  | "registration"
  | "resource"
  | "scopes"
>;

/**
 * Writes what a person let an application do. A client that registered itself is one installation,
 * so that its new grant takes the place of its old ones; the caller has checked the scopes.
 */
export async function createGrant(ctx: Ctx, grant: NewGrant): Promise<AppRow> {
  const expiresAt = new Date(Date.now() + grantMs);
  await keepArtifact("Client", grant.clientId, expiresAt);
  const { row, changes } = await withTenant(ctx.tenantId, async (tx) => {
    const [made] = await tx
      .insert(connectedApps)
      .values({ ...grant, tenantId: ctx.tenantId, grantId: prefixedId("app"), expiresAt })
      .returning();
    if (!made) throw new Error("The insert returned no row");
    await audit(tx, ctx, {
      action: "app.grant",
      target: { type: "app", id: made.grantId },
      after: toConnectedApp(made),
    });
    const ended = grant.registration === "dynamic" ? await replaceOlder(tx, ctx, made) : [];
    return { row: made, changes: ended };
  });
  for (const change of changes) announceHere(change);
  return row;
}

async function replaceOlder(tx: Tx, ctx: Ctx, row: AppRow): Promise<Change[]> {
  const older = await tx
    .select()
    .from(connectedApps)
    .where(
      and(
        eq(connectedApps.tenantId, ctx.tenantId),
        eq(connectedApps.clientId, row.clientId),
        eq(connectedApps.userId, row.userId),
        eq(connectedApps.resource, row.resource),
        ne(connectedApps.grantId, row.grantId),
        isNull(connectedApps.revokedAt),
      ),
    );
  const changes: Change[] = [];
  for (const old of older) changes.push(await endGrant(tx, ctx, old));
  return changes;
}

/** A grant that lives, whatever its tenant: the authorization server knows it by its id alone. */
export async function findAnyGrant(grantId: string): Promise<AppRow | null> {
  const [row] = await withPlatform((tx) =>
    tx
      .select()
      .from(connectedApps)
      .where(
        and(
          eq(connectedApps.grantId, grantId),
          isNull(connectedApps.revokedAt),
          gt(connectedApps.expiresAt, new Date()),
        ),
      ),
  );
  return row ?? null;
}

const seconds = (time: Date) => Math.floor(time.getTime() / 1000);

/** The grant as oidc-provider reads it. */
export function toGrantPayload(row: AppRow): AdapterPayload {
  return {
    kind: "Grant",
    jti: row.grantId,
    iat: seconds(row.createdAt),
    exp: seconds(row.expiresAt),
    accountId: toAccountId({ type: row.userType, id: row.userId }),
    clientId: row.clientId,
    openid: { scope: "openid offline_access" },
    resources: { [row.resource]: row.scopes.join(" ") },
  };
}

/** Ends a grant for the client itself: it asked for it, or someone replayed a token of it. */
export async function endGrantOf(grantId: string): Promise<void> {
  const found = await findAnyGrant(grantId);
  if (!found) return;
  const { clientId, clientName, userId } = found;
  const ctx: Ctx = {
    requestId: uuidv7(),
    principal: { type: "client", id: grantId, clientId, clientName, userId },
    permissions: new Set(),
    ip: null,
    tenantId: mintTenantId(found.tenantId),
  };
  announceHere(await withTenant(ctx.tenantId, (tx) => endGrant(tx, ctx, found)));
}

/** Deletes the rows of grants that ended long ago. */
export async function purgeGrants(): Promise<void> {
  await platformStatement(
    `delete from connected_apps
      where least(revoked_at, expires_at) < now() - make_interval(days => $1)`,
    [keepEndedDays],
  );
}
