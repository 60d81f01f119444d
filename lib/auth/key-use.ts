import { platformStatement } from "#db/transaction.ts";
import { log } from "#lib/core/log.ts";
import { singleton } from "#lib/core/singleton.ts";

const intervalMs = 10_000;

interface Uses {
  /** Tenant id ("" for platform keys) and key id → time of last use. */
  seen: Map<string, { tenantId: string; keyId: string; at: Date }>;
  timer: NodeJS.Timeout | null;
}

const uses = singleton<Uses>("keyUses", () => ({ seen: new Map(), timer: null }));

/** Remembers that a key was used; the database hears of it some seconds later, once for many uses. */
export function noteKeyUse(tenantId: string | null, keyId: string): void {
  uses.seen.set(`${tenantId ?? ""} ${keyId}`, { tenantId: tenantId ?? "", keyId, at: new Date() });
  uses.timer ??= setTimeout(() => {
    flushKeyUses().catch((err: unknown) => log.warn({ err }, "last use of keys not written"));
  }, intervalMs).unref();
}

const tenantUse = `update api_keys k set last_used_at = greatest(k.last_used_at, u.at)
  from json_to_recordset($1::json) as u (tenant_id text, key_id text, at timestamptz)
  where k.tenant_id = u.tenant_id and k.key_id = u.key_id`;
const platformUse = `update platform_keys k set last_used_at = greatest(k.last_used_at, u.at)
  from json_to_recordset($1::json) as u (key_id text, at timestamptz) where k.key_id = u.key_id`;

/** Writes the uses seen so far; called by the timer and when the process drains. */
export async function flushKeyUses(): Promise<void> {
  if (uses.timer) clearTimeout(uses.timer);
  uses.timer = null;
  const rows = [...uses.seen.values()]
    .map(({ tenantId, keyId, at }) => ({ tenant_id: tenantId, key_id: keyId, at }))
    .sort((a, b) => (a.key_id < b.key_id ? -1 : 1));
  uses.seen.clear();
  const ofTenants = rows.filter((row) => row.tenant_id !== "");
  const ofPlatform = rows.filter((row) => row.tenant_id === "");
  if (ofTenants.length > 0) await platformStatement(tenantUse, [JSON.stringify(ofTenants)]);
  if (ofPlatform.length > 0) await platformStatement(platformUse, [JSON.stringify(ofPlatform)]);
}
