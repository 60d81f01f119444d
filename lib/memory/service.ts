import { and, eq, gte } from "drizzle-orm";
import type { Row } from "postgres";
import { toArrayText } from "#db/arrays.ts";
import { memories } from "#db/schema/memory.ts";
import { tenantRead, tenantScope, tenantStatement, withTenant } from "#db/transaction.ts";
import { audit, auditJson } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { notFound } from "#lib/core/errors.ts";
import { uuidv7 } from "#lib/core/ids.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { decodeCursor, type Page, pageSize, toPage } from "#lib/core/page.ts";
import { parse } from "#lib/core/parse.ts";
import { mayHoldSecrets } from "#lib/core/secrets.ts";
import { asLimitExceeded } from "#lib/tenants/limits.ts";
import { noteUsage } from "#lib/usage/ledger.ts";
import { allNamespaces, reachOf, requireReach } from "./access.ts";
import { expiryOf } from "./expiry.ts";
import { purgeExpired } from "./retention.ts";
import { makeRoom } from "./room.ts";
import {
  agentId as agentIdSchema,
  type Memory,
  type MemoryQuery,
  type RegisterMemoryInput,
  registerMemoryInput,
} from "./schema.ts";
import { settingsOf } from "./settings.ts";

const columns = "tenant_id, agent_id, context, created_at, updated_at";

// $2 is the time before which an entry has expired; null where none does.
const selectOne = `${tenantScope}
  select m.* from scope, lateral (
    select ${columns} from memories
    where tenant_id = scope.tenant_id and updated_at >= coalesce($2::timestamptz, '-infinity') and agent_id = $3 offset 0
  ) m`;

const selectPage = `${tenantScope}
  select m.* from scope, lateral (
    select ${columns} from memories
    where tenant_id = scope.tenant_id and updated_at >= coalesce($2::timestamptz, '-infinity') and agent_id > $3
      and ($5 = '' or position(lower($5) in lower(agent_id)) > 0)
      and ($6::text[] is null or agent_id = any($6))
    order by agent_id limit $4 offset 0
  ) m order by agent_id`;

// `old` locks the row first, so that the audit entry's "before" is what this write replaced.
const upsert = `${tenantScope}, old as materialized (
    select m.* from scope, lateral (
      select context, updated_at >= coalesce($2::timestamptz, '-infinity') as live from memories
      where tenant_id = scope.tenant_id and agent_id = $3 for update offset 0
    ) m
  ), written as (
    insert into memories (tenant_id, agent_id, context)
    select scope.tenant_id, $3, $4::json from scope left join old on true
    on conflict (tenant_id, agent_id) do update set
      context = excluded.context,
      updated_at = now(),
      created_at = case when memories.updated_at >= coalesce($2::timestamptz, '-infinity')
        then memories.created_at else now() end
    returning ${columns}
  ), entry as (
    insert into audit_entries (tenant_id, entry_id, action, principal_type, principal_id,
      target_type, target_id, ip, request_id, before, after)
    select scope.tenant_id, $5, case when old.live then 'memory.update' else 'memory.create' end,
      $6, $7, 'memory', $3, $8, $9,
      case when old.live then case
        when octet_length(old.context::text) <= 16384
          and old.context::text !~* '${mayHoldSecrets}' then old.context
        else json_build_object('omitted', true) end end,
      $10::json
    from scope left join old on true
  )
  select * from written`;

function toMemory(row: Row): Memory {
  return {
    agent_id: row.agent_id as string,
    context: JSON.parse(row.context as string) as JsonObject,
    tenant_id: row.tenant_id as string,
    created_at: (row.created_at as Date).toISOString(),
    updated_at: (row.updated_at as Date).toISOString(),
  };
}

function usageOf(name: string, startedAt: number, agentId: string, errorCode?: string) {
  return {
    kind: "memory_op" as const,
    name,
    agentId,
    status: errorCode === undefined ? ("ok" as const) : ("error" as const),
    durationMs: performance.now() - startedAt,
    ...(errorCode === undefined ? {} : { errorCode }),
  };
}

/** Where old items make room for a new document, they do until it has found it. */
async function writeInRoom(ctx: Ctx, write: () => Promise<Row[]>): Promise<Row[]> {
  const { policy } = await settingsOf(ctx);
  for (;;) {
    const evicted = await withTenant(ctx.tenantId, (tx) => makeRoom(tx, ctx, policy, 1));
    try {
      return await write();
    } catch (error) {
      // Another caller may have taken the place that was made.
      if (evicted === 0 || !asLimitExceeded(error)) throw error;
    }
  }
}

/**
 * Writes an agent's context document, replacing the one that is there; `created_at` stays.
 * Throws `invalid_request`, or `limit_exceeded` when the tenant has `max_memory_entries` already.
 */
export async function registerMemory(ctx: Ctx, raw: RegisterMemoryInput): Promise<Memory> {
  authorize(ctx, "memory:write");
  const input = parse(registerMemoryInput, raw);
  await requireReach(ctx, input.agent_id, allNamespaces, "write");
  const startedAt = performance.now();
  const expiry = await expiryOf(ctx);
  const write = () =>
    tenantStatement(ctx.tenantId, upsert, [
      expiry,
      input.agent_id,
      JSON.stringify(input.context),
      uuidv7(),
      ctx.principal.type,
      ctx.principal.id,
      ctx.ip,
      ctx.requestId,
      JSON.stringify(auditJson(input.context)),
    ]);
  let rows: Row[];
  try {
    rows = await write().catch(async (error: unknown) => {
      // Expired entries hold places until the job has passed; they must not refuse a live one.
      if (!asLimitExceeded(error)) throw error;
      if (expiry !== null) await purgeExpired(ctx);
      return writeInRoom(ctx, write);
    });
  } catch (error) {
    const refused = asLimitExceeded(error);
    if (refused)
      noteUsage(ctx, usageOf("memory.register", startedAt, input.agent_id, refused.code));
    throw refused ?? error;
  }
  noteUsage(ctx, usageOf("memory.register", startedAt, input.agent_id));
  return toMemory(rows[0] as Row);
}

/** Ids that no agent can have are missing ones, and PostgreSQL never sees them. */
function checkId(id: string): void {
  if (!agentIdSchema.safeParse(id).success) throw notFound("memory of agent", id);
}

/** An agent's context document; `not_found` when there is none or it has expired. */
export async function getMemory(ctx: Ctx, agentId: string): Promise<Memory> {
  authorize(ctx, "memory:read");
  checkId(agentId);
  await requireReach(ctx, agentId, allNamespaces, "read");
  const startedAt = performance.now();
  const [row] = await tenantRead(ctx.tenantId, selectOne, [await expiryOf(ctx), agentId]);
  if (!row) throw notFound("memory of agent", agentId);
  noteUsage(ctx, usageOf("memory.get", startedAt, agentId));
  return toMemory(row);
}

/** Whose documents a caller may read; null: every agent's. */
async function readableAgents(ctx: Ctx): Promise<string | null> {
  const reach = await reachOf(ctx);
  if (reach === null) return null;
  const whole = reach.shared.filter(({ namespace }) => namespace === allNamespaces);
  return toArrayText([reach.agentId, ...whole.map(({ agentId }) => agentId)]);
}

/** The tenant's live documents that the caller may read, in the order of their agents' ids. */
export async function listMemories(ctx: Ctx, query: MemoryQuery): Promise<Page<Memory>> {
  authorize(ctx, "memory:read");
  const startedAt = performance.now();
  const size = pageSize(query);
  const after = query.cursor ? (decodeCursor(query.cursor, 1)[0] ?? "") : "";
  const rows = await tenantStatement(ctx.tenantId, selectPage, [
    await expiryOf(ctx),
    after,
    size + 1,
    query.search ?? "",
    await readableAgents(ctx),
  ]);
  noteUsage(ctx, usageOf("memory.list", startedAt, ""));
  return toPage(rows, size, (row) => [row.agent_id as string], toMemory);
}

/** Removes an agent's document; `not_found` when there is none. */
export async function deleteMemory(ctx: Ctx, agentId: string): Promise<void> {
  authorize(ctx, "memory:write");
  checkId(agentId);
  await requireReach(ctx, agentId, allNamespaces, "write");
  const startedAt = performance.now();
  const expiry = await expiryOf(ctx);
  await withTenant(ctx.tenantId, async (tx) => {
    const [gone] = await tx
      .delete(memories)
      .where(
        and(
          eq(memories.tenantId, ctx.tenantId),
          eq(memories.agentId, agentId),
          expiry ? gte(memories.updatedAt, expiry) : undefined,
        ),
      )
      .returning();
    if (!gone) throw notFound("memory of agent", agentId);
    await audit(tx, ctx, {
      action: "memory.delete",
      target: { type: "memory", id: agentId },
      before: gone.context,
    });
  });
  noteUsage(ctx, usageOf("memory.delete", startedAt, agentId));
}
