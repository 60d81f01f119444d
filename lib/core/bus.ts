import { sql } from "drizzle-orm";
import { database } from "#db/client.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import type { Ctx } from "./ctx.ts";
import { log } from "./log.ts";
import { singleton } from "./singleton.ts";

const channel = "tausestack";

/** What changed: a topic such as `catalog`, and the tenant or key that it concerns. */
export interface Change {
  topic: string;
  key: string;
}

type Listener = (change: Change | "everything") => void;

const listeners = singleton("bus.listeners", () => new Set<Listener>());

/** Calls `listener` for each change of any process, and with "everything" when some may be missed. */
export function onChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function deliver(change: Change | "everything"): void {
  for (const listener of listeners) listener(change);
}

/**
 * Announces a change to every process when `tx` commits (PostgreSQL NOTIFY). Call `announceHere`
 * after the commit, so that this process does not wait for the echo.
 */
export async function announce(tx: Tx, change: Change): Promise<void> {
  await tx.execute(sql`select pg_notify(${channel}, ${JSON.stringify(change)})`);
}

/** The same for many changes, in one statement. */
async function announceAll(tx: Tx, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  const notices = JSON.stringify(changes.map((change) => JSON.stringify(change)));
  await tx.execute(
    sql`select pg_notify(${channel}, notice) from json_array_elements_text(${notices}::json) as notice`,
  );
}

/** Applies a change to this process's own caches at once. */
export function announceHere(change: Change): void {
  deliver(change);
}

/** Commits `write` in the tenant and tells every process of the changes that it tells of. */
export async function commitChanges<T>(
  { tenantId }: Pick<Ctx, "tenantId">,
  write: (tx: Tx, tell: (...changes: Change[]) => void) => Promise<T>,
): Promise<T> {
  const changes: Change[] = [];
  const result = await withTenant(tenantId, async (tx) => {
    const written = await write(tx, (...told) => changes.push(...told));
    await announceAll(tx, changes);
    return written;
  });
  for (const change of changes) announceHere(change);
  return result;
}

/** The same for a change of what `topic` names of the tenant. */
export function commitChange<T>(
  ctx: Ctx,
  topic: string,
  write: (tx: Tx) => Promise<T>,
): Promise<T> {
  return commitChanges(ctx, async (tx, tell) => {
    const written = await write(tx);
    tell({ topic, key: ctx.tenantId });
    return written;
  });
}

/** Starts listening; a reconnect counts as "everything", since notices were lost meanwhile. */
export async function startBus(): Promise<() => Promise<void>> {
  const subscription = await database().owner.listen(
    channel,
    (payload) => {
      try {
        deliver(JSON.parse(payload) as Change);
      } catch (err) {
        log.warn({ err }, "a notice could not be read");
      }
    },
    () => deliver("everything"),
  );
  return () => subscription.unlisten();
}
