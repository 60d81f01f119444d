import { and, asc, eq } from "drizzle-orm";
import { resourceGrants } from "#db/schema/resources.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { notFound } from "#lib/core/errors.ts";
import { checkId, oneResource, selectResources, toResource } from "../row.ts";
import type { Resource } from "../schema.ts";
import { accessTo, requireVisible } from "./access.ts";
import type { Grant } from "./engine.ts";
import type { ResourceGrant } from "./schema.ts";
import { subjectName } from "./subjects.ts";

type Row = typeof resourceGrants.$inferSelect;
export function toView(row: Row): ResourceGrant {
  const expired = row.expiresAt !== null && row.expiresAt.getTime() <= Date.now();
  return {
    grant_id: row.grantId,
    resource_id: row.resourceId,
    subject: { type: row.subjectType, id: row.subjectId },
    permissions: row.permissions,
    conditions: row.conditions as ResourceGrant["conditions"],
    expires_at: row.expiresAt?.toISOString() ?? null,
    status: expired ? "expired" : "active",
    granted_by: { type: row.principalType, id: row.principalId },
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}

/** A grant as the engine has it. */
export function toGrant(view: ResourceGrant): Grant {
  return {
    grantId: view.grant_id,
    resourceId: view.resource_id,
    subject: subjectName(view.subject),
    permissions: view.permissions,
    conditions: view.conditions,
    expiresAt: view.expires_at === null ? null : Date.parse(view.expires_at),
  };
}

export function ofResource(ctx: Ctx, id: string) {
  return and(eq(resourceGrants.tenantId, ctx.tenantId), eq(resourceGrants.resourceId, id));
}

export function oneGrant(ctx: Ctx, id: string, grantId: string) {
  // PostgreSQL refuses some texts that are no ids.
  if (!/^grant_[0-9a-f]{32}$/.test(grantId)) throw notFound("grant", grantId);
  return and(ofResource(ctx, id), eq(resourceGrants.grantId, grantId));
}

export async function readGrants(tx: Tx, ctx: Ctx, id: string): Promise<ResourceGrant[]> {
  const rows = await tx
    .select()
    .from(resourceGrants)
    .where(ofResource(ctx, id))
    .orderBy(asc(resourceGrants.createdAt), asc(resourceGrants.grantId));
  return rows.map(toView);
}

/** A resource that is there for the caller, with its grants; `not_found` for any other. */
export async function loadGoverned(
  ctx: Ctx,
  id: string,
): Promise<{ resource: Resource; grantedOnly: boolean; grants: ResourceGrant[] }> {
  checkId(id);
  const { found, grants } = await withTenant(ctx.tenantId, async (tx) => {
    const [row] = await selectResources(tx).where(oneResource(ctx, id));
    if (!row) throw notFound("resource", id);
    return { found: row, grants: await readGrants(tx, ctx, id) };
  });
  const resource = toResource(found);
  requireVisible(ctx, await accessTo(ctx, resource), id);
  return { resource, grantedOnly: found.row.grantedOnly, grants };
}
