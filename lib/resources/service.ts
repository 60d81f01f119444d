import { and, asc, eq, gt, sql } from "drizzle-orm";
import type { z } from "zod";
import { resources } from "#db/schema/resources.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { notFound } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { decodeCursor, type Page, pageSize, toPage } from "#lib/core/page.ts";
import { parse } from "#lib/core/parse.ts";
import { asLimitExceeded } from "#lib/tenants/limits.ts";
import { noteUsage, recordUsage } from "#lib/usage/ledger.ts";
import {
  type RegisterResourceInput,
  type Resource,
  type ResourceQuery,
  registerResourceInput,
  resourceId,
} from "./schema.ts";
import { storeUri } from "./uri.ts";

type Row = typeof resources.$inferSelect;

/** `uri` holds no password in the row either: the whole of it is in `uri_sealed` alone. */
function toResource(row: Row): Resource {
  return {
    resource_id: row.resourceId,
    name: row.name,
    type: row.type,
    uri: row.uri,
    description: row.description,
    metadata: row.metadata as JsonObject,
    access_permissions: row.accessPermissions,
    tenant_id: row.tenantId,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}

function usageOf(name: string, startedAt: number, errorCode?: string) {
  return {
    kind: name === "register" || name === "delete" ? "resource_write" : "resource_read",
    name: `resource.${name}`,
    status: errorCode === undefined ? "ok" : "error",
    durationMs: performance.now() - startedAt,
    ...(errorCode === undefined ? {} : { errorCode }),
  } as const;
}

function one(ctx: Ctx, id: string) {
  return and(eq(resources.tenantId, ctx.tenantId), eq(resources.resourceId, id));
}

/** Ids that no resource can have are missing ones, and PostgreSQL never sees them. */
function checkId(id: string): void {
  if (!resourceId.safeParse(id).success) throw notFound("resource", id);
}

async function loadForUpdate(tx: Tx, ctx: Ctx, id: string): Promise<Row | undefined> {
  const [row] = await tx.select().from(resources).where(one(ctx, id)).for("update");
  return row;
}

async function write(
  tx: Tx,
  ctx: Ctx,
  input: z.output<typeof registerResourceInput>,
): Promise<Row> {
  const before = await loadForUpdate(tx, ctx, input.resource_id);
  const values = {
    name: input.name,
    type: input.type,
    ...storeUri(ctx.tenantId, input.uri, before ?? null),
    description: input.description,
    metadata: input.metadata,
    accessPermissions: input.access_permissions,
  };
  const [after] = before
    ? await tx
        .update(resources)
        .set({ ...values, updatedAt: sql`now()` })
        .where(one(ctx, input.resource_id))
        .returning()
    : await tx
        .insert(resources)
        .values({ tenantId: ctx.tenantId, resourceId: input.resource_id, ...values })
        .onConflictDoNothing()
        .returning();
  // Another caller has registered it since the look: its row is there now, and is updated.
  if (!after) return write(tx, ctx, input);
  await audit(tx, ctx, {
    action: before ? "resource.update" : "resource.create",
    target: { type: "resource", id: input.resource_id },
    before: before && toResource(before),
    after: toResource(after),
  });
  return after;
}

/**
 * Registers a resource, or replaces the one of that id; `created_at` stays. A password in the URI
 * is sealed and from then on read as `[secret]`. Throws `invalid_request`, or `limit_exceeded`
 * when the tenant has `max_resources` already.
 */
export async function registerResource(ctx: Ctx, raw: RegisterResourceInput): Promise<Resource> {
  authorize(ctx, "resources:write");
  const input = parse(registerResourceInput, raw);
  const startedAt = performance.now();
  try {
    const row = await withTenant(ctx.tenantId, (tx) => write(tx, ctx, input));
    await recordUsage(ctx, usageOf("register", startedAt));
    return toResource(row);
  } catch (error) {
    const refused = asLimitExceeded(error);
    if (refused) await recordUsage(ctx, usageOf("register", startedAt, refused.code));
    throw refused ?? error;
  }
}

/** One resource; `not_found` when the tenant has none of that id. */
export async function getResource(ctx: Ctx, id: string): Promise<Resource> {
  authorize(ctx, "resources:read");
  checkId(id);
  const startedAt = performance.now();
  const [row] = await withTenant(ctx.tenantId, (tx) =>
    tx.select().from(resources).where(one(ctx, id)),
  );
  if (!row) throw notFound("resource", id);
  noteUsage(ctx, usageOf("get", startedAt));
  return toResource(row);
}

/** The tenant's resources in the order of their ids, or those of one type or search. */
export async function listResources(ctx: Ctx, query: ResourceQuery): Promise<Page<Resource>> {
  authorize(ctx, "resources:read");
  const startedAt = performance.now();
  const size = pageSize(query);
  const after = query.cursor ? (decodeCursor(query.cursor, 1)[0] ?? "") : "";
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select()
      .from(resources)
      .where(
        and(
          eq(resources.tenantId, ctx.tenantId),
          gt(resources.resourceId, after),
          query.resource_type ? eq(resources.type, query.resource_type) : undefined,
          query.search
            ? sql`(position(lower(${query.search}) in lower(${resources.name})) > 0
                or position(lower(${query.search}) in lower(${resources.resourceId})) > 0)`
            : undefined,
        ),
      )
      .orderBy(asc(resources.resourceId))
      .limit(size + 1),
  );
  noteUsage(ctx, usageOf("list", startedAt));
  return toPage(rows, size, (row) => [row.resourceId], toResource);
}

/** Removes a resource; `not_found` when there is none of that id. */
export async function deleteResource(ctx: Ctx, id: string): Promise<void> {
  authorize(ctx, "resources:write");
  checkId(id);
  const startedAt = performance.now();
  await withTenant(ctx.tenantId, async (tx) => {
    const [gone] = await tx.delete(resources).where(one(ctx, id)).returning();
    if (!gone) throw notFound("resource", id);
    await audit(tx, ctx, {
      action: "resource.delete",
      target: { type: "resource", id },
      before: toResource(gone),
    });
  });
  await recordUsage(ctx, usageOf("delete", startedAt));
}

/** The distinct types of the tenant's resources, in alphabetical order; needs `tenants:read`. */
export async function resourceTypes(ctx: Ctx): Promise<string[]> {
  authorize(ctx, "tenants:read");
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .selectDistinct({ type: resources.type })
      .from(resources)
      .where(eq(resources.tenantId, ctx.tenantId))
      .orderBy(asc(resources.type)),
  );
  return rows.map((row) => row.type);
}
