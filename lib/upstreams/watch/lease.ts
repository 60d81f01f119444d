import { platformStatement } from "#db/transaction.ts";
import { randomText } from "#lib/core/ids.ts";
import { singleton } from "#lib/core/singleton.ts";

const claimText = `insert into leases (name, owner, expires_at)
  values ($1, $2, now() + make_interval(secs => $3))
  on conflict (name) do update set owner = excluded.owner, expires_at = excluded.expires_at
  where leases.owner = excluded.owner or leases.expires_at < now()
  returning owner`;

const releaseText = "delete from leases where name = $1 and owner = $2 returning name";

/** Names this process in `leases.owner`. */
const owner = singleton("upstreams.leaseOwner", () => randomText(22));

/** Whether this process is the one that does the work of that name, for `seconds` from now on. */
export async function claimLease(name: string, seconds: number): Promise<boolean> {
  return (await platformStatement(claimText, [name, owner, seconds])).length > 0;
}

/** Lets another process do it. */
export async function releaseLease(name: string): Promise<void> {
  await platformStatement(releaseText, [name, owner]);
}
