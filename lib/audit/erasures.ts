import { and, asc, eq, gt, or, sql } from "drizzle-orm";
import { auditEntries } from "#db/schema/audit.ts";
import { withPlatform, withTenant } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx, PlatformCtx } from "#lib/core/ctx.ts";
import { decodeCursor, type Page, type PageQuery, pageSize, toPage } from "#lib/core/page.ts";

const isErasure = eq(auditEntries.action, "memory.erase");

/** What the certificates of all tenants say, oldest first. */
export async function listErasures(ctx: PlatformCtx, query: PageQuery): Promise<Page<unknown>> {
  authorize(ctx, "platform:read");
  const size = Math.min(pageSize(query), 1000);
  const after = query.cursor ? (decodeCursor(query.cursor, 1)[0] ?? "") : "";
  const rows = await withPlatform((tx) =>
    tx
      .select({ entryId: auditEntries.entryId, said: auditEntries.after })
      .from(auditEntries)
      .where(and(isErasure, gt(auditEntries.entryId, after)))
      .orderBy(asc(auditEntries.entryId))
      .limit(size + 1),
  );
  return toPage(
    rows,
    size,
    (row) => [row.entryId],
    (row) => row.said,
  );
}

/** Whether the tenant's log has that certificate, or one that repeats it. */
export async function hasErasure(ctx: Ctx, certificateId: string): Promise<boolean> {
  const isThis = or(
    eq(auditEntries.targetId, certificateId),
    sql`${auditEntries.after} ->> 'repeats' = ${certificateId}`,
  );
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select({ entryId: auditEntries.entryId })
      .from(auditEntries)
      .where(and(eq(auditEntries.tenantId, ctx.tenantId), isErasure, isThis))
      .limit(1),
  );
  return rows.length > 0;
}
