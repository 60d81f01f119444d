import { platformStatement } from "#db/transaction.ts";
import { log } from "#lib/core/log.ts";
import { singleton } from "#lib/core/singleton.ts";

const intervalMs = 10_000;

interface Uses {
  /** Grant id → its tenant and the time of last use. */
  seen: Map<string, { tenant_id: string; at: Date }>;
  timer: NodeJS.Timeout | null;
}

const uses = singleton<Uses>("grantUses", () => ({ seen: new Map(), timer: null }));

/** Remembers that a grant was used; the database hears of it some seconds later, once for many uses. */
export function noteGrantUse(tenantId: string, grantId: string): void {
  uses.seen.set(grantId, { tenant_id: tenantId, at: new Date() });
  uses.timer ??= setTimeout(() => {
    flushGrantUses().catch((err: unknown) => log.warn({ err }, "last use of apps not written"));
  }, intervalMs).unref();
}

const statement = `update connected_apps a set last_used_at = greatest(a.last_used_at, u.at)
  from json_to_recordset($1::json) as u (tenant_id text, grant_id text, at timestamptz)
  where a.tenant_id = u.tenant_id and a.grant_id = u.grant_id`;

/** Writes the uses seen so far; called by the timer and when the process drains. */
export async function flushGrantUses(): Promise<void> {
  if (uses.timer) clearTimeout(uses.timer);
  uses.timer = null;
  const rows = [...uses.seen]
    .map(([grant_id, use]) => ({ grant_id, ...use }))
    .sort((a, b) => (a.grant_id < b.grant_id ? -1 : 1));
  uses.seen.clear();
  if (rows.length > 0) await platformStatement(statement, [JSON.stringify(rows)]);
}
