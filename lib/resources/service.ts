import { and, asc, eq, gt, type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import { resources } from "#db/schema/resources.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { decodeCursor, type Page, pageSize, toPage } from "#lib/core/page.ts";
import { parse } from "#lib/core/parse.ts";
import { refuseOffered } from "#lib/offers/offered.ts";
import { asLimitExceeded } from "#lib/tenants/limits.ts";
import { lockQuota } from "#lib/tenants/lock-quota.ts";
import { noteUsage, recordUsage } from "#lib/usage/ledger.ts";
import { accessTo, governs, refusalToChange, requireVisible } from "./access/access.ts";
import { visibleTo } from "./access/visible.ts";
import { change } from "./change.ts";
import { dropContent, keepContent, type NewContent, retypeContent } from "./contents.ts";
import { refuseOthersPlace } from "./others-place.ts";
import {
  checkId,
  type Kept,
  lockResource,
  oneResource,
  type ResourceRow,
  type Row,
  selectResources,
  toAudited,
  toResource,
} from "./row.ts";
import {
  type RegisterResourceInput,
  type Resource,
  type ResourceQuery,
  registerResourceInput,
} from "./schema.ts";
import { storeAddress } from "./uri.ts";
import { usageOf } from "./usage.ts";

type Input = z.output<typeof registerResourceInput>;

function valuesOf(ctx: Ctx, input: Input, before: Row | undefined) {
  const uri = storeAddress(
    ctx.tenantId,
    input.uri,
    before ? { shown: before.uri, sealed: before.uriSealed } : null,
    "/uri",
  );
  const current =
    before && before.source !== null ? { shown: before.source, sealed: before.sourceSealed } : null;
  const source =
    input.source === null
      ? { shown: null, sealed: null }
      : storeAddress(ctx.tenantId, input.source, current, "/source");
  return {
    name: input.name,
    title: input.title,
    type: input.type,
    uri: uri.shown,
    uriSealed: uri.sealed,
    source: source.shown,
    sourceSealed: source.sealed,
    mimeType: input.mime_type,
    description: input.description,
    icons: input.icons,
    annotations: input.annotations,
    metadata: input.metadata,
    accessPermissions: input.access_permissions,
    connection: input.connection,
    healthMinutes: input.health_check_minutes,
  };
}

/** The bytes to keep as the input says them, with the type that they have unless it says another. */
function newContentOf({ content, mime_type }: Input): NewContent | null {
  if (!content) return null;
  if ("text" in content) {
    return { bytes: Buffer.from(content.text), mimeType: mime_type ?? "text/plain" };
  }
  const bytes = Buffer.from(content.blob, "base64");
  return { bytes, mimeType: mime_type ?? "application/octet-stream" };
}

/** What is kept with the resource once the input is in force. */
async function writeContent(
  tx: Tx,
  ctx: Ctx,
  input: Input,
  kept: Kept | null,
): Promise<Kept | null> {
  const content = newContentOf(input);
  if (content) return keepContent(tx, ctx, input.resource_id, content);
  if (!kept) return null;
  if (input.content === null) {
    await dropContent(tx, ctx, input.resource_id);
    return null;
  }
  const { mime_type } = input;
  if (mime_type === null || mime_type === kept.mimeType) return kept;
  return retypeContent(tx, ctx, input.resource_id, mime_type);
}

/** An id may be taken by what is not there for the caller; and nobody widens what binds them. */
function refuseReplacing(ctx: Ctx, before: Row, input: Input, refusal: AppError | null): void {
  if (refusal?.code === "not_found") {
    throw new AppError("conflict", `The id "${before.resourceId}" is taken. Choose another one.`);
  }
  if (refusal) throw refusal;
  const asked = new Set(input.access_permissions);
  const same =
    asked.size === before.accessPermissions.length &&
    before.accessPermissions.every((word) => asked.has(word));
  if (same || !before.grantedOnly || governs(ctx)) return;
  throw new AppError(
    "forbidden",
    "To change the access_permissions of a resource that is granted takes the scope resources:govern. Send them as they are.",
  );
}

/**
 * Writes a resource in the transaction of the caller, who has parsed the input and announces the
 * resources and the URIs in `touched`. Throws `conflict` for one that is there where it has to be new.
 */
export async function writeResource(
  tx: Tx,
  ctx: Ctx,
  input: Input,
  touched: Set<string>,
  { refusal = null, isNew = false }: { refusal?: AppError | null; isNew?: boolean } = {},
): Promise<ResourceRow> {
  const before = await lockResource(tx, ctx, input.resource_id);
  if (before && isNew) {
    throw new AppError("conflict", `The resource "${input.resource_id}" is there already.`);
  }
  if (before) refuseReplacing(ctx, before.row, input, refusal);
  await refuseOthersPlace(tx, ctx, input, before?.row.uri ?? null);
  const values = valuesOf(ctx, input, before?.row);
  const [row] = before
    ? await tx
        .update(resources)
        .set({ ...values, updatedAt: sql`now()` })
        .where(oneResource(ctx, input.resource_id))
        .returning()
    : await tx
        .insert(resources)
        .values({ tenantId: ctx.tenantId, resourceId: input.resource_id, ...values })
        .onConflictDoNothing()
        .returning();
  // Another caller has registered it since the look: its row is there now, and is updated.
  if (!row) return writeResource(tx, ctx, input, touched, { refusal, isNew });
  const after = { row, kept: await writeContent(tx, ctx, input, before?.kept ?? null) };
  await audit(tx, ctx, {
    action: before ? "resource.update" : "resource.create",
    target: { type: "resource", id: input.resource_id },
    before: before && toAudited(before),
    after: toAudited(after),
  });
  if (before) touched.add(before.row.uri);
  touched.add(row.uri);
  return after;
}

/**
 * Registers a resource, or replaces the one of that id; `created_at` stays, and so do the bytes
 * that are kept with it unless `content` says otherwise. Passwords in the addresses are sealed and
 * from then on read as `[secret]`. To replace one that is not open to all takes `admin`. Throws
 * `invalid_request`, `forbidden`, `conflict` for the id of one that is granted to others, or
 * `limit_exceeded` when the tenant has `max_resources` already or `max_storage_mb` is not enough.
 */
export async function registerResource(ctx: Ctx, raw: RegisterResourceInput): Promise<Resource> {
  authorize(ctx, "resources:write");
  const input = parse(registerResourceInput, raw);
  const startedAt = performance.now();
  const refusal = await refusalToChange(ctx, input.resource_id, "admin");
  try {
    const written = await change(ctx, (tx, touched) =>
      writeResource(tx, ctx, input, touched, { refusal }),
    );
    await recordUsage(ctx, usageOf("register", startedAt));
    return toResource(written);
  } catch (error) {
    const refused = asLimitExceeded(error);
    if (refused)
      await recordUsage(ctx, usageOf("register", startedAt, { errorCode: refused.code }));
    throw refused ?? error;
  }
}

/** One resource; `not_found` when the tenant has none of that id for the caller. */
export async function getResource(ctx: Ctx, id: string): Promise<Resource> {
  authorize(ctx, "resources:read");
  checkId(id);
  const startedAt = performance.now();
  const [found] = await withTenant(ctx.tenantId, (tx) =>
    selectResources(tx).where(oneResource(ctx, id)),
  );
  if (!found) throw notFound("resource", id);
  const resource = toResource(found);
  requireVisible(ctx, await accessTo(ctx, resource), id);
  noteUsage(ctx, usageOf("get", startedAt));
  return resource;
}

async function list(ctx: Ctx, query: ResourceQuery, only: SQL | undefined) {
  authorize(ctx, "resources:read");
  const startedAt = performance.now();
  const size = pageSize(query);
  const after = query.cursor ? (decodeCursor(query.cursor, 1)[0] ?? "") : "";
  const rows = await withTenant(ctx.tenantId, (tx) =>
    selectResources(tx)
      .where(
        and(
          eq(resources.tenantId, ctx.tenantId),
          gt(resources.resourceId, after),
          query.resource_type ? eq(resources.type, query.resource_type) : undefined,
          query.search
            ? sql`(position(lower(${query.search}) in lower(${resources.name})) > 0
                or position(lower(${query.search}) in lower(${resources.resourceId})) > 0)`
            : undefined,
          only,
        ),
      )
      .orderBy(asc(resources.resourceId))
      .limit(size + 1),
  );
  noteUsage(ctx, usageOf("list", startedAt));
  return toPage(rows, size, ({ row }) => [row.resourceId], toResource);
}

/**
 * The tenant's resources in the order of their ids, or those of one type or search, as far as they
 * are there for the caller; those who govern see all.
 */
export async function listResources(ctx: Ctx, query: ResourceQuery): Promise<Page<Resource>> {
  return list(ctx, query, governs(ctx) ? undefined : await visibleTo(ctx));
}

/** The same of what the caller may use, whatever it governs: what an agent is shown. */
export async function listUsableResources(ctx: Ctx, query: ResourceQuery): Promise<Page<Resource>> {
  return list(ctx, query, await visibleTo(ctx));
}

/**
 * Removes a resource; of one that is not open to all this takes `admin`. Throws `not_found` when
 * there is none of that id for the caller, and `forbidden`.
 */
export async function deleteResource(ctx: Ctx, id: string): Promise<void> {
  authorize(ctx, "resources:write");
  checkId(id);
  const startedAt = performance.now();
  const refusal = await refusalToChange(ctx, id, "admin");
  await change(ctx, async (tx, touched) => {
    const before = await lockResource(tx, ctx, id);
    if (!before) throw notFound("resource", id);
    if (refusal) throw refusal;
    await refuseOffered(tx, ctx, "resource", [id]);
    if (before.kept) {
      // In the order in which a registration meets the two quotas. Left to the foreign key, the
      // bytes would be given back by the table's owner, who sees no quota.
      await lockQuota(tx, ctx.tenantId, "max_resources");
      await dropContent(tx, ctx, id);
    }
    await tx.delete(resources).where(oneResource(ctx, id));
    touched.add(before.row.uri);
    await audit(tx, ctx, {
      action: "resource.delete",
      target: { type: "resource", id },
      before: toAudited(before),
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
