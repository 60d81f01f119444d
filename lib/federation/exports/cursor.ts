import { isWithinReach, type Moment, momentNow } from "#db/history.ts";
import type { Tx } from "#db/transaction.ts";
import { AppError } from "#lib/core/errors.ts";
import { decodeCursor, encodeCursor } from "#lib/core/page.ts";

/** A walk through a tenant's entries in the order of their ids, over several answers. */
export interface Walk {
  /** Entries written since; null: all. */
  since: Moment | null;
  /** What the next walk begins from: taken before this walk read anything. */
  until: Moment;
  /** The id that this answer goes on after; empty at the beginning. */
  after: string;
}

const whole = /^\d{1,20}$/;

function momentOf(history: string, transaction: string): Moment | null {
  if (transaction === "") return null;
  if (whole.test(transaction)) return { history, transaction };
  throw new AppError("invalid_request", "since: take it as the answer before gave it.", {
    errors: [{ pointer: "/since", message: "is not a cursor of this list" }],
  });
}

/**
 * Goes on as a cursor says, or begins. One of another history (a restored database, another
 * deployment) or too old a one begins anew: whoever pulls again does no harm. Throws
 * `invalid_request`.
 */
export async function openWalk(tx: Tx, cursor: string | undefined): Promise<Walk> {
  const now = await momentNow(tx);
  const fresh: Walk = { since: null, until: now, after: "" };
  if (cursor === undefined) return fresh;
  const [history = "", from = "", to = "", after = ""] = decodeCursor(cursor, 4);
  const since = momentOf(history, from);
  const until = momentOf(history, to);
  if (since !== null && !isWithinReach(since, now)) return fresh;
  if (until === null) return { ...fresh, since };
  return isWithinReach(until, now) ? { since, until, after } : fresh;
}

/** The cursor behind the last entry of an answer; `last` is null when the walk is done. */
export function cursorAfter({ since, until }: Walk, last: string | null): string {
  if (last === null) return encodeCursor(until.history, until.transaction, "", "");
  return encodeCursor(until.history, since?.transaction ?? "", until.transaction, last);
}
