import { sql } from "drizzle-orm";
import { type Moment, writtenSince } from "#db/history.ts";
import type { Tx } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { expiryOf } from "./expiry.ts";

export interface ChangedContext {
  agentId: string;
  /** JSON text. */
  context: string;
  updatedAt: string;
}

/**
 * The tenant's live documents that were written since, in the order of their agents' ids: at most
 * `limit`, and no further one past `bytes` of them. `more`: there are others behind.
 */
export async function changedContexts(
  tx: Tx,
  ctx: Ctx,
  since: Moment | null,
  { after, limit, bytes }: { after: string; limit: number; bytes: number },
): Promise<{ items: ChangedContext[]; more: boolean }> {
  const expiry = await expiryOf(ctx);
  const rows = await tx.execute<{
    agent_id: string;
    context: string;
    updated_at: Date | string;
    ahead: string;
    found: string;
  }>(sql`
    select agent_id, context, updated_at, ahead, found from (
      select agent_id, context, updated_at, count(*) over () as found,
        sum(octet_length(context)) over (order by agent_id) - octet_length(context) as ahead
      from (
        select agent_id, context::text as context, updated_at from memories
        where tenant_id = ${ctx.tenantId} and agent_id > ${after}
          and updated_at >= coalesce(${expiry?.toISOString() ?? null}::timestamptz, '-infinity')
          and ${writtenSince("memories", since)}
        order by agent_id limit ${limit + 1}
      ) page
    ) measured where ahead <= ${bytes} order by agent_id`);
  const shown = rows.slice(0, limit);
  return {
    items: shown.map((row) => ({
      agentId: row.agent_id,
      context: row.context,
      updatedAt: new Date(row.updated_at).toISOString(),
    })),
    more: Number(rows[0]?.found ?? 0) > shown.length,
  };
}
