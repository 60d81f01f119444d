import { platformStatement } from "#db/transaction.ts";
import { systemTenantCtx } from "#lib/auth/identity.ts";
import { AppError } from "#lib/core/errors.ts";
import { log } from "#lib/core/log.ts";
import { pullPeer } from "./run.ts";

/** Peers that one round looks at, and pulls at the same time. */
const mostAtOnce = 200;
const together = 4;

const duePeers = `
  select p.tenant_id, p.peer_id from federation_peers p join tenants t using (tenant_id)
  where p.enabled and p.schedule_minutes is not null and p.next_pull_at <= now()
    and (p.running_until is null or p.running_until < now()) and t.status = 'active'
  order by p.next_pull_at limit $1`;

/** A failure is in the peer's health and its run; it must not stop the others' pulls. */
async function pullDue(tenantId: string, peerId: string): Promise<void> {
  try {
    await pullPeer(systemTenantCtx("federation-pulls", tenantId), peerId, "scheduled");
  } catch (error) {
    if (!(error instanceof AppError)) log.error({ err: error, tenantId, peerId }, "a pull failed");
    else log.info({ tenantId, peerId, code: error.code }, "a scheduled pull failed");
  }
}

/** Pulls every peer whose time has come; each on one process, however many look. */
export async function pullDuePeers(): Promise<number> {
  const due = await platformStatement(duePeers, [mostAtOnce]);
  const waiting = due.values();
  const work = async () => {
    for (const row of waiting) await pullDue(row.tenant_id as string, row.peer_id as string);
  };
  await Promise.all(Array.from({ length: together }, work));
  return due.length;
}
