import { and, eq, inArray, sql } from "drizzle-orm";
import { memories } from "#db/schema/memory.ts";
import type { Tx } from "#db/transaction.ts";
import { type AuditRecord, auditAll } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { lockQuota } from "#lib/tenants/lock-quota.ts";
import { expiryOf } from "./expiry.ts";
import { makeRoom, quota } from "./room.ts";
import { settingsOf } from "./settings.ts";

/** The document that an agent has here, to compare another with. */
export interface ContextHere {
  context: JsonObject;
  updatedAt: Date;
}

interface Entry {
  agentId: string;
  context: JsonObject;
}

type Row = typeof memories.$inferSelect;

function read(tx: Tx, ctx: Ctx, entries: readonly Entry[]) {
  const ids = entries.map(({ agentId }) => agentId);
  return tx
    .select()
    .from(memories)
    .where(and(eq(memories.tenantId, ctx.tenantId), inArray(memories.agentId, ids)))
    .orderBy(memories.agentId);
}

async function add(tx: Tx, ctx: Ctx, entries: readonly Entry[]): Promise<Set<string>> {
  if (entries.length === 0) return new Set();
  const rows = await tx
    .insert(memories)
    .values(entries.map(({ agentId, context }) => ({ tenantId: ctx.tenantId, agentId, context })))
    // Whoever wrote one meanwhile is not overwritten unseen.
    .onConflictDoNothing()
    .returning({ agentId: memories.agentId });
  return new Set(rows.map(({ agentId }) => agentId));
}

async function replace(tx: Tx, ctx: Ctx, { agentId, context }: Entry, isLive: boolean) {
  await tx
    .update(memories)
    .set({ context, updatedAt: sql`now()`, ...(isLive ? {} : { createdAt: sql`now()` }) })
    .where(and(eq(memories.tenantId, ctx.tenantId), eq(memories.agentId, agentId)));
}

/**
 * Writes documents within the caller's transaction, each if `wants` it beside what is there, which
 * is locked: nothing that is written meanwhile is lost. Answers the ids of those that it wanted and
 * that found no place, since the tenant has `max_memory_entries` or the agent got one meanwhile.
 */
export async function mergeContexts<E extends Entry>(
  tx: Tx,
  ctx: Ctx,
  entries: readonly E[],
  wants: (entry: E, here: ContextHere | null) => boolean,
): Promise<Set<string>> {
  if (entries.length === 0) return new Set();
  const expiry = await expiryOf(ctx);
  const known = new Set((await read(tx, ctx, entries)).map(({ agentId }) => agentId));
  const strangers = entries.filter(({ agentId }) => !known.has(agentId));
  // What adds entries locks the quota's row before any entry, as all writers do.
  const wanted = strangers.filter((entry) => wants(entry, null)).length;
  if (wanted > 0) await makeRoom(tx, ctx, (await settingsOf(ctx)).policy, wanted);
  const locked = await read(tx, ctx, entries).for("update");
  const rows = new Map<string, Row>(locked.map((row) => [row.agentId, row]));
  const isLive = (row: Row) => expiry === null || row.updatedAt >= expiry;
  const fresh: E[] = [];
  const records: AuditRecord[] = [];
  for (const entry of entries) {
    const row = rows.get(entry.agentId);
    const here = row && isLive(row) ? { ...row, context: row.context as JsonObject } : null;
    if (!wants(entry, here)) continue;
    if (!row) fresh.push(entry);
    else {
      await replace(tx, ctx, entry, here !== null);
      records.push(recordOf(entry, here));
    }
  }
  const left = fresh.length === 0 ? null : await lockQuota(tx, ctx.tenantId, quota);
  const added = await add(tx, ctx, left === null ? fresh : fresh.slice(0, Math.max(0, left)));
  const refused = new Set(fresh.map(({ agentId }) => agentId).filter((id) => !added.has(id)));
  for (const entry of fresh) if (added.has(entry.agentId)) records.push(recordOf(entry, null));
  await auditAll(tx, ctx, records);
  return refused;
}

function recordOf({ agentId, context }: Entry, before: ContextHere | null): AuditRecord {
  return {
    action: before ? "memory.update" : "memory.create",
    target: { type: "memory", id: agentId },
    ...(before ? { before: before.context } : {}),
    after: context,
  };
}
