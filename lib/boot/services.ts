import { connect, useDatabase } from "#db/client.ts";
import { startJobs } from "#lib/admin/jobs.ts";
import { flushKeyUses } from "#lib/auth/key-use.ts";
import { startBus } from "#lib/core/bus.ts";
import { env } from "#lib/core/env.ts";
import { keyring } from "#lib/core/keyring.ts";
import { log } from "#lib/core/log.ts";
import { closeRateLimits } from "#lib/http/rate-limit.ts";
import { flushGrantUses } from "#lib/oauth/grant-use.ts";
import { startKeeper } from "#lib/tasks/keeper.ts";
import { flushLedger } from "#lib/usage/ledger.ts";

/** How long the stop of a process waits for its tasks, after its last request is answered. */
const taskDrainMs = 10_000;

/** Connects this process to the database; the answer closes what was opened, in reverse. */
export async function startServices(url: string): Promise<() => Promise<void>> {
  keyring();
  const database = await connect({
    url,
    // Two cores' worth of queries keep a core of Node busy; workers share the server's connections.
    maxConnections: Math.max(4, Math.floor(20 / env().WEB_CONCURRENCY)),
  });
  useDatabase(database);
  const stopBus = await startBus();
  const stopJobs = await startJobs();
  const stopKeeper = startKeeper();
  const drain = () => stopKeeper(taskDrainMs);
  return async () => {
    for (const close of [
      stopJobs,
      drain,
      flushLedger,
      flushKeyUses,
      flushGrantUses,
      stopBus,
      closeRateLimits,
    ]) {
      await close().catch((err: unknown) => log.warn({ err }, "closing"));
    }
    await database.close();
    useDatabase(undefined);
  };
}
