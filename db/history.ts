import { sql } from "drizzle-orm";
import type { Tx } from "./transaction.ts";

/** A point in the database's history: every transaction before it has ended. */
export interface Moment {
  /** Of the cluster and its timeline: numbers of another history say nothing here. */
  history: string;
  /** The oldest transaction that was still under way, a 64-bit number. */
  transaction: string;
}

/** Numbers of rows have 32 bits: what lies further back can no longer be told from what is to come. */
const horizon = 2n ** 30n;

/** The moment now; read it before the rows that are to be complete up to it. */
export async function momentNow(tx: Tx): Promise<Moment> {
  const [row] = await tx.execute<{ history: string; transaction: string }>(sql`
    select s.system_identifier::text || '.' || c.timeline_id::text as history,
      pg_snapshot_xmin(pg_current_snapshot())::text as transaction
    from pg_control_system() s, pg_control_checkpoint() c`);
  if (!row) throw new Error("The server told no moment");
  return { history: row.history, transaction: row.transaction };
}

/** Whether rows written since `then` can still be told at `now`. */
export function isWithinReach(then: Moment, now: Moment): boolean {
  if (then.history !== now.history) return false;
  const distance = BigInt(now.transaction) - BigInt(then.transaction);
  return distance >= 0n && distance < horizon;
}

/**
 * The condition that a row of `table` was written by a transaction that `then` does not cover:
 * exact by commits, whatever a column says of time. It may let an older row through, never hide a
 * newer one. Null: every row.
 */
export function writtenSince(table: string, then: Moment | null) {
  if (then === null) return sql`true`;
  return sql`age(${sql.identifier(table)}.xmin) <= age(${then.transaction}::text::xid8::xid)`;
}
