import { platformStatement } from "#db/transaction.ts";
import { onChange } from "#lib/core/bus.ts";
import { log } from "#lib/core/log.ts";
import { cancelTopic, owner, running, stopHere } from "./running.ts";
import { takeOver } from "./take-over.ts";

const beatMs = 5_000;
/** Three beats missed: the process is gone, or cannot reach the database. */
const staleSeconds = 15;
const mostAtATime = 20;
/** What a tool that is told to stop is given for it. */
const abortMs = 1_000;

const beatText = `update tasks set heartbeat_at = now()
  where status = 'working' and owner = $1 and task_id = any($2)
  returning task_id`;

const claimText = `update tasks set owner = $1, heartbeat_at = now(), attempts = attempts + 1
  where (tenant_id, task_id) in (
    select tenant_id, task_id from tasks
    where status = 'working' and heartbeat_at < now() - make_interval(secs => $2)
      and task_id <> all($3)
    order by heartbeat_at limit $4 for update skip locked)
  returning tenant_id, task_id`;

const releaseText = `update tasks set owner = null, heartbeat_at = 'epoch'
  where status = 'working' and owner = $1`;

/** Says that this process's tasks are alive, and ends those that are not its own any more. */
export async function beat(): Promise<void> {
  const ids = [...running.keys()];
  if (ids.length === 0) return;
  const alive = new Set(
    (await platformStatement(beatText, [owner, ids])).map((row) => row.task_id),
  );
  for (const id of ids) if (!alive.has(id)) stopHere(id);
}

/** Takes over tasks whose process has not been heard of for 15 seconds; answers how many. */
export async function claimStale(): Promise<number> {
  const parameters = [owner, staleSeconds, [...running.keys()], mostAtATime];
  const rows = await platformStatement(claimText, parameters);
  for (const { tenant_id, task_id } of rows) await takeOver(String(tenant_id), String(task_id));
  return rows.length;
}

/**
 * Starts keeping this process's tasks alive and picking up others'. The answer stops that: it waits
 * for the tasks that still run, as `drainTasks` does.
 */
export function startKeeper(): (drainMs: number) => Promise<void> {
  let busy = false;
  let draining = false;
  const tick = async () => {
    if (busy) return;
    busy = true;
    try {
      await beat();
      if (!draining) await claimStale();
    } catch (err) {
      log.warn({ err }, "tasks: the database could not be asked");
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(() => void tick(), beatMs);
  void tick();
  const forget = onChange((change) => {
    // A cancellation may be among the notices that were lost.
    if (change === "everything") void tick();
    else if (change.topic === cancelTopic) stopHere(change.key);
  });
  return async (drainMs) => {
    draining = true;
    await drainTasks(drainMs).catch((err: unknown) => {
      log.warn({ err }, "tasks could not be left to another process");
    });
    clearInterval(timer);
    forget();
  };
}

/** Resolves when all that runs now has ended, or after `limitMs`. */
async function ended(limitMs: number): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, limitMs);
  const all = Promise.all([...running.values()].map(({ done }) => done));
  await Promise.race([all, late.promise]);
  clearTimeout(timer);
}

/**
 * Waits until this process's tasks have ended, for `limitMs` at most; what still runs then is left
 * to another process.
 */
export async function drainTasks(limitMs: number): Promise<void> {
  await ended(limitMs);
  if (running.size === 0) return;
  await platformStatement(releaseText, [owner]);
  log.info({ tasks: running.size }, "tasks are left to another process");
  for (const { controller } of running.values()) controller.abort();
  await ended(abortMs);
}
