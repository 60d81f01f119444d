import { and, asc, eq, inArray } from "drizzle-orm";
import { resourceContents, resources } from "#db/schema/resources.ts";
import type { Tx } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { notFound } from "#lib/core/errors.ts";
import { auditedIcons, type Icon } from "#lib/core/icon-schema.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { driverKindOf } from "./drivers/kind.ts";
import { type Resource, resourceId } from "./schema.ts";
import { templateOf } from "./template.ts";

export type Row = typeof resources.$inferSelect;

/** A content that is kept here, without its bytes. */
export type Kept = Omit<typeof resourceContents.$inferSelect, "content" | "tenantId">;

/** A resource with what is known of its content, if it has any. */
export interface ResourceRow {
  row: Row;
  kept: Kept | null;
}

export const keptColumns = {
  resourceId: resourceContents.resourceId,
  mimeType: resourceContents.mimeType,
  size: resourceContents.size,
  sha256: resourceContents.sha256,
  updatedAt: resourceContents.updatedAt,
};

const sameResource = and(
  eq(resourceContents.tenantId, resources.tenantId),
  eq(resourceContents.resourceId, resources.resourceId),
);

/** The tenant's resources with their contents' sizes; the caller adds what else it asks for. */
export function selectResources(tx: Tx) {
  return tx
    .select({ row: resources, kept: keptColumns })
    .from(resources)
    .leftJoin(resourceContents, sameResource);
}

export function oneResource(ctx: Ctx, id: string) {
  return and(eq(resources.tenantId, ctx.tenantId), eq(resources.resourceId, id));
}

/** The resource, locked against other writers, or undefined. */
export async function lockResource(tx: Tx, ctx: Ctx, id: string): Promise<ResourceRow | undefined> {
  const [found] = await selectResources(tx)
    .where(oneResource(ctx, id))
    .for("update", { of: resources });
  return found;
}

/** The ids of all of the tenant's resources, up to `most` of them. */
export async function resourceIds(tx: Tx, ctx: Ctx, most: number): Promise<string[]> {
  const rows = await tx
    .select({ resourceId: resources.resourceId })
    .from(resources)
    .where(eq(resources.tenantId, ctx.tenantId))
    .orderBy(asc(resources.resourceId))
    .limit(most);
  return rows.map((row) => row.resourceId);
}

/** Those of these resources that are there, in the order of their ids; `lock`: to be changed. */
export function readResources(
  tx: Tx,
  ctx: Ctx,
  ids: readonly string[],
  lock: boolean,
): Promise<ResourceRow[]> {
  const known = ids.filter((id) => resourceId.safeParse(id).success);
  const found = selectResources(tx)
    .where(and(eq(resources.tenantId, ctx.tenantId), inArray(resources.resourceId, known)))
    .orderBy(asc(resources.resourceId));
  return lock ? found.for("update", { of: resources }).execute() : found.execute();
}

/** Ids that no resource can have are missing ones, and PostgreSQL never sees them. */
export function checkId(id: string): void {
  if (!resourceId.safeParse(id).success) throw notFound("resource", id);
}

/** `uri` and `source` hold no password in the row either: the whole of them is sealed. */
export function toResource({ row, kept }: ResourceRow): Resource {
  return {
    resource_id: row.resourceId,
    name: row.name,
    title: row.title,
    type: row.type,
    uri: row.uri,
    source: row.source,
    mime_type: kept?.mimeType ?? row.mimeType,
    description: row.description,
    icons: row.icons as Icon[],
    annotations: row.annotations as Resource["annotations"],
    metadata: row.metadata as JsonObject,
    access_permissions: row.accessPermissions,
    driver: driverKindOf(row),
    connection: row.connection as JsonObject,
    health_check_minutes: row.healthMinutes,
    is_template: templateOf(row.uri) !== null,
    size: kept?.size ?? null,
    sha256: kept?.sha256 ?? null,
    tenant_id: row.tenantId,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}

/** The resource as the audit log shows it. */
export function toAudited(found: ResourceRow): Resource {
  const resource = toResource(found);
  return { ...resource, icons: auditedIcons(resource.icons) };
}
