import { and, desc, eq, gte, lt, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { auditEntries, platformAuditEntries } from "#db/schema/audit.ts";
import { type Tx, withPlatform, withTenant } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { CallerCtx, Ctx, PlatformCtx } from "#lib/core/ctx.ts";
import { uuidv7 } from "#lib/core/ids.ts";
import { decodeCursor, type Page, pageSize, toPage } from "#lib/core/page.ts";
import { stripSecrets } from "#lib/core/secrets.ts";
import type { AuditEntry, AuditQuery } from "./schema.ts";

/** What a verb did: `tool.create` to the target, and how it looked before and after. */
export interface AuditRecord {
  action: string;
  target: { type: string; id: string };
  before?: unknown;
  after?: unknown;
}

const largestJson = 16_384;

/** Secrets masked; a document too large for the log is told by its size alone. */
export function auditJson(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  const stripped = stripSecrets(value);
  const bytes = Buffer.byteLength(JSON.stringify(stripped));
  return bytes > largestJson ? { omitted: true, bytes } : stripped;
}

function columns(ctx: CallerCtx, record: AuditRecord) {
  return {
    entryId: uuidv7(),
    action: record.action,
    principalType: ctx.principal.type,
    principalId: ctx.principal.id,
    targetType: record.target.type,
    targetId: record.target.id,
    ip: ctx.ip,
    requestId: ctx.requestId,
    before: auditJson(record.before),
    after: auditJson(record.after),
  };
}

/** Writes the entry of a change in the change's own transaction. */
export async function audit(tx: Tx, ctx: Ctx, record: AuditRecord): Promise<void> {
  await tx.insert(auditEntries).values({ tenantId: ctx.tenantId, ...columns(ctx, record) });
}

const entriesAtOnce = 100;

/** The same for many changes of one transaction, in as few statements as that takes. */
export async function auditAll(tx: Tx, ctx: Ctx, records: readonly AuditRecord[]): Promise<void> {
  for (let at = 0; at < records.length; at += entriesAtOnce) {
    const some = records.slice(at, at + entriesAtOnce);
    await tx
      .insert(auditEntries)
      .values(some.map((record) => ({ tenantId: ctx.tenantId, ...columns(ctx, record) })));
  }
}

/** Writes the entry of a change to the deployment; `tenantId` puts it in that tenant's log too. */
export async function auditPlatform(
  tx: Tx,
  ctx: CallerCtx,
  record: AuditRecord,
  tenantId?: string,
): Promise<void> {
  const values = columns(ctx, record);
  await tx.insert(platformAuditEntries).values(values);
  if (tenantId !== undefined) await tx.insert(auditEntries).values({ tenantId, ...values });
}

const births = alias(auditEntries, "births");

type Row = typeof platformAuditEntries.$inferSelect;

function toAuditEntry(row: Row): AuditEntry {
  return {
    entry_id: row.entryId,
    at: row.at.toISOString(),
    action: row.action,
    principal_type: row.principalType,
    principal_id: row.principalId,
    target_type: row.targetType,
    target_id: row.targetId,
    ip: row.ip,
    request_id: row.requestId,
    before: row.before,
    after: row.after,
  };
}

/** The entry that the present life of a slug begins with. */
function birthOf(tx: Tx, tenantId: string) {
  return tx
    .select({ entryId: sql<string>`coalesce(max(${births.entryId}), '')` })
    .from(births)
    .where(and(eq(births.tenantId, tenantId), eq(births.action, "tenant.create")));
}

/** The tenant's entries, newest first. */
export async function listAudit(ctx: Ctx, query: AuditQuery): Promise<Page<AuditEntry>> {
  authorize(ctx, "audit:read");
  const size = Math.min(pageSize(query), 1000);
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select()
      .from(auditEntries)
      .where(
        and(
          eq(auditEntries.tenantId, ctx.tenantId),
          // A slug that was deleted and given out again does not show its former owner's log.
          gte(auditEntries.entryId, birthOf(tx, ctx.tenantId)),
          ...filters(auditEntries, query),
        ),
      )
      .orderBy(desc(auditEntries.entryId))
      .limit(size + 1),
  );
  return toPage(rows, size, (row) => [row.entryId], toAuditEntry);
}

/** The deployment's entries, newest first. */
export async function listPlatformAudit(
  ctx: PlatformCtx,
  query: AuditQuery,
): Promise<Page<AuditEntry>> {
  authorize(ctx, "platform:read");
  const size = Math.min(pageSize(query), 1000);
  const rows = await withPlatform((tx) =>
    tx
      .select()
      .from(platformAuditEntries)
      .where(and(...filters(platformAuditEntries, query)))
      .orderBy(desc(platformAuditEntries.entryId))
      .limit(size + 1),
  );
  return toPage(rows, size, (row) => [row.entryId], toAuditEntry);
}

function filters(table: typeof auditEntries | typeof platformAuditEntries, query: AuditQuery) {
  return [
    query.cursor ? lt(table.entryId, decodeCursor(query.cursor, 1)[0] ?? "") : undefined,
    query.action ? eq(table.action, query.action) : undefined,
    query.target_id ? eq(table.targetId, query.target_id) : undefined,
  ];
}
