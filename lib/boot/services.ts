import { connect, useDatabase } from "#db/client.ts";
import { startJobs } from "#lib/admin/jobs.ts";
import { flushKeyUses } from "#lib/auth/key-use.ts";
import { startBus } from "#lib/core/bus.ts";
import { env } from "#lib/core/env.ts";
import { keyring } from "#lib/core/keyring.ts";
import { closeLimiters } from "#lib/core/limiter.ts";
import { log } from "#lib/core/log.ts";
import { stopEmbedding } from "#lib/memory/embeddings/background.ts";
import { flushMemoryNotices } from "#lib/memory/notices.ts";
import { flushGrantUses } from "#lib/oauth/grant-use.ts";
import { flushSecretUses } from "#lib/secrets/use.ts";
import { closeEvaluation } from "#lib/tools/evaluation/evaluate.ts";
import { followUpstreamLists } from "#lib/tools/import/upstream/follow.ts";
import { closeSandbox } from "#lib/tools/sandbox/pool.ts";
import { closeUpstreams } from "#lib/upstreams/pool.ts";
import { endAllProcesses } from "#lib/upstreams/stdio/processes.ts";
import { watchUpstreams } from "#lib/upstreams/watch/watcher.ts";
import { flushLedger } from "#lib/usage/ledger.ts";

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
  const stopFollowing = followUpstreamLists();
  const stopWatching = watchUpstreams();
  return async () => {
    for (const close of [
      stopWatching,
      stopFollowing,
      closeUpstreams,
      endAllProcesses,
      closeSandbox,
      closeEvaluation,
      stopJobs,
      stopEmbedding,
      flushMemoryNotices,
      flushLedger,
      flushKeyUses,
      flushGrantUses,
      flushSecretUses,
      stopBus,
      closeLimiters,
    ]) {
      await close().catch((err: unknown) => log.warn({ err }, "closing"));
    }
    await database.close();
    useDatabase(undefined);
  };
}
