import { platformStatement } from "#db/transaction.ts";
import { log } from "#lib/core/log.ts";
import { singleton } from "#lib/core/singleton.ts";

const intervalMs = 10_000;

interface Uses {
  /** Tenant id and name → time of last use. */
  seen: Map<string, { tenant_id: string; name: string; at: Date }>;
  timer: NodeJS.Timeout | null;
}

const uses = singleton<Uses>("secretUses", () => ({ seen: new Map(), timer: null }));

/** Remembers that a value was used; the database hears of it some seconds later, once for many. */
export function noteSecretUse(tenantId: string, name: string): void {
  uses.seen.set(`${tenantId} ${name}`, { tenant_id: tenantId, name, at: new Date() });
  uses.timer ??= setTimeout(() => {
    flushSecretUses().catch((err: unknown) => log.warn({ err }, "last use of secrets not written"));
  }, intervalMs).unref();
}

const statement = `update secrets s set last_used_at = greatest(s.last_used_at, u.at)
  from json_to_recordset($1::json) as u (tenant_id text, name text, at timestamptz)
  where s.tenant_id = u.tenant_id and s.name = u.name`;

/** Writes the uses seen so far; called by the timer and when the process drains. */
export async function flushSecretUses(): Promise<void> {
  if (uses.timer) clearTimeout(uses.timer);
  uses.timer = null;
  const rows = [...uses.seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, use]) => use);
  uses.seen.clear();
  if (rows.length > 0) await platformStatement(statement, [JSON.stringify(rows)]);
}
