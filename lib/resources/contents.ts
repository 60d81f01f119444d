import { createHash } from "node:crypto";
import { and, eq, sql } from "drizzle-orm";
import { resourceContents } from "#db/schema/resources.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Span } from "#lib/core/byte-range.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { mimeType as mimeTypeSchema } from "#lib/core/icon-schema.ts";
import { parse } from "#lib/core/parse.ts";
import { asLimitExceeded } from "#lib/tenants/limits.ts";
import { noteUsage, recordUsage } from "#lib/usage/ledger.ts";
import {
  accessTo,
  permitsBytes,
  refusalOf,
  refusalToChange,
  requireVisible,
} from "./access/access.ts";
import { change } from "./change.ts";
import {
  checkId,
  type Kept,
  keptColumns,
  lockResource,
  oneResource,
  selectResources,
  toResource,
} from "./row.ts";
import type { ContentInfo } from "./schema.ts";
import { usageOf } from "./usage.ts";

/** Bytes to keep with a resource. */
export interface NewContent {
  bytes: Uint8Array;
  mimeType: string;
}

function ofContent(ctx: Ctx, id: string) {
  return and(eq(resourceContents.tenantId, ctx.tenantId), eq(resourceContents.resourceId, id));
}

function toInfo(kept: Kept): ContentInfo {
  return {
    resource_id: kept.resourceId,
    mime_type: kept.mimeType,
    size: kept.size ?? 0,
    sha256: kept.sha256,
    updated_at: kept.updatedAt.toISOString(),
  };
}

/** Keeps a content in the place of the one before; the resource's row must be locked. */
export async function keepContent(
  tx: Tx,
  ctx: Ctx,
  id: string,
  { bytes, mimeType }: NewContent,
): Promise<Kept> {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const [kept] = await tx
    .insert(resourceContents)
    .values({ tenantId: ctx.tenantId, resourceId: id, content: bytes, mimeType, sha256 })
    .onConflictDoUpdate({
      target: [resourceContents.tenantId, resourceContents.resourceId],
      set: { content: bytes, mimeType, sha256, updatedAt: sql`now()` },
    })
    .returning(keptColumns);
  if (!kept) throw new Error("The upsert returned no row");
  return kept;
}

/** Gives the content that is kept another type; the resource's row must be locked. */
export async function retypeContent(
  tx: Tx,
  ctx: Ctx,
  id: string,
  mimeType: string,
): Promise<Kept | null> {
  const [kept] = await tx
    .update(resourceContents)
    .set({ mimeType })
    .where(ofContent(ctx, id))
    .returning(keptColumns);
  return kept ?? null;
}

/** Removes what is kept, if anything; the resource's row must be locked. */
export async function dropContent(tx: Tx, ctx: Ctx, id: string): Promise<void> {
  await tx.delete(resourceContents).where(ofContent(ctx, id));
}

/**
 * Keeps bytes with a resource, in the place of those before; of one that is not open to all this
 * takes `write`. Throws `not_found`, `forbidden`, `invalid_request`
 * for a type that is none, and `limit_exceeded` where the tenant's `max_storage_mb` is not enough.
 */
export async function putContent(ctx: Ctx, id: string, content: NewContent): Promise<ContentInfo> {
  authorize(ctx, "resources:write");
  checkId(id);
  const mimeType = parse(mimeTypeSchema, content.mimeType);
  const startedAt = performance.now();
  const bytes = content.bytes.byteLength;
  const refusal = await refusalToChange(ctx, id, "write");
  try {
    const kept = await change(ctx, async (tx, touched) => {
      const before = await lockResource(tx, ctx, id);
      if (!before) throw notFound("resource", id);
      if (refusal) throw refusal;
      const after = await keepContent(tx, ctx, id, { bytes: content.bytes, mimeType });
      touched.add(before.row.uri);
      await audit(tx, ctx, {
        action: "resource.write_content",
        target: { type: "resource", id },
        before: before.kept && toInfo(before.kept),
        after: toInfo(after),
      });
      return after;
    });
    await recordUsage(ctx, usageOf("content.write", startedAt, { bytes }));
    return toInfo(kept);
  } catch (error) {
    const refused = asLimitExceeded(error);
    if (!refused) throw error;
    await recordUsage(ctx, usageOf("content.write", startedAt, { errorCode: refused.code }));
    throw refused;
  }
}

/**
 * Removes the bytes that are kept with a resource; of one that is not open to all this takes
 * `delete`. Throws `not_found` when there are none, and `forbidden`.
 */
export async function deleteContent(ctx: Ctx, id: string): Promise<void> {
  authorize(ctx, "resources:write");
  checkId(id);
  const startedAt = performance.now();
  const refusal = await refusalToChange(ctx, id, "delete");
  await change(ctx, async (tx, touched) => {
    const before = await lockResource(tx, ctx, id);
    if (!before) throw notFound("resource", id);
    if (refusal) throw refusal;
    if (!before.kept) throw notFound("content of resource", id);
    await dropContent(tx, ctx, id);
    touched.add(before.row.uri);
    await audit(tx, ctx, {
      action: "resource.delete_content",
      target: { type: "resource", id },
      before: toInfo(before.kept),
    });
  });
  await recordUsage(ctx, usageOf("content.delete", startedAt));
}

/** The bytes of a span, or all of them; null when there is no content, or not as it was. */
export async function loadBytes(
  ctx: Ctx,
  id: string,
  { span, sha256 }: { span?: Span | undefined; sha256: string },
): Promise<Uint8Array | null> {
  const { content } = resourceContents;
  const part = span
    ? sql<Uint8Array>`substring(${content} from ${span.start + 1} for ${span.length})`
    : sql<Uint8Array>`${content}`;
  const [found] = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select({ bytes: part })
      .from(resourceContents)
      .where(and(ofContent(ctx, id), eq(resourceContents.sha256, sha256))),
  );
  return found?.bytes ?? null;
}

/** A content that is about to be sent: `read` loads its bytes, or those of a span. */
export interface OpenContent {
  info: ContentInfo;
  read(span?: Span): Promise<Uint8Array>;
}

/**
 * Opens the bytes that are kept with a resource; what `read` gives is metered. Throws `not_found`
 * when there are none, and `forbidden` where the resource does not offer `read` or the caller, who
 * sees the resource, was not granted it.
 */
export async function openContent(ctx: Ctx, id: string): Promise<OpenContent> {
  authorize(ctx, "resources:read");
  checkId(id);
  const startedAt = performance.now();
  const [found] = await withTenant(ctx.tenantId, (tx) =>
    selectResources(tx).where(oneResource(ctx, id)),
  );
  if (!found) throw notFound("resource", id);
  const { kept } = found;
  const access = await accessTo(ctx, toResource(found));
  requireVisible(ctx, access, id);
  if (!kept) throw notFound("content of resource", id);
  if (!permitsBytes(access, "")) throw refusalOf(id, access, "read");
  return {
    info: toInfo(kept),
    async read(span) {
      const bytes = await loadBytes(ctx, id, { span, sha256: kept.sha256 });
      if (!bytes) throw new AppError("conflict", "The content has just changed. Ask again.");
      noteUsage(ctx, usageOf("read", startedAt, { bytes: bytes.byteLength }));
      return bytes;
    },
  };
}
