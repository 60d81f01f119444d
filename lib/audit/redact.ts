import { database } from "#db/client.ts";
import { uuidv7 } from "#lib/core/ids.ts";

/** Entries of a tenant's log up to now: what they say of one thing that was done to. */
interface Redaction {
  tenantId: string;
  targetType: string;
  targetId: string;
  actions: readonly string[];
}

/** So that no two redactions change the table's privileges at once. */
const lockId = 7_240_519_002n;

/**
 * Takes what was written of a thing's content out of the audit log, where an erasure demands it; who
 * did what and when stays, and `mark` stands in the content's place. Nobody may change the log: the
 * right is given for this transaction alone, and is gone before another one could see it. Answers
 * how many entries it were.
 */
export async function redactAudit(redaction: Redaction, mark: string): Promise<number> {
  const { tenantId, targetType, targetId, actions } = redaction;
  const upTo = uuidv7();
  return database().owner.begin(async (sql) => {
    await sql`select pg_advisory_xact_lock(${lockId.toString()}::bigint)`;
    await sql`grant update (before, after) on audit_entries to tausestack_platform`;
    await sql`set local role tausestack_platform`;
    const { count } = await sql`
      update audit_entries set
        before = case when before is not null then json_build_object('erased', ${mark}::text) end,
        after = case when after is not null then json_build_object('erased', ${mark}::text) end
      where tenant_id = ${tenantId} and target_type = ${targetType} and target_id = ${targetId}
        and action = any(${actions as string[]}::text[]) and entry_id < ${upTo}`;
    await sql`reset role`;
    await sql`revoke update (before, after) on audit_entries from tausestack_platform`;
    return count;
  }) as Promise<number>;
}
