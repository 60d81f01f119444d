import { sql } from "drizzle-orm";
import { PgBoss } from "pg-boss";
import { database } from "#db/client.ts";
import { withPlatform } from "#db/transaction.ts";
import { systemCtx } from "#lib/auth/identity.ts";
import { tidyBudgets } from "#lib/budgets/jobs.ts";
import { log } from "#lib/core/log.ts";
import { pullDuePeers } from "#lib/federation/pulls/jobs.ts";
import { embedMemories, expireMemories, reindexMemories } from "#lib/memory/jobs.ts";
import { purgeArtifacts } from "#lib/oauth/artifacts.ts";
import { purgeGrants } from "#lib/oauth/grants.ts";
import { rotateOldSigningKeys } from "#lib/oauth/signing-keys.ts";
import { checkDueResources } from "#lib/resources/use/health.ts";
import { recountStorage, removeOrphans } from "#lib/resources/use/storage.ts";
import { removeExpiredTasks } from "#lib/tasks/expiry.ts";
import type { Tenant } from "#lib/tenants/schema.ts";
import { purgeGovernance } from "#lib/tools/governance/approvals.ts";
import { jobDatabase } from "./job-database.ts";
import { listTenants } from "./tenants.ts";

interface Job {
  /** When it runs, in UTC. */
  cron: string;
  run(): Promise<void>;
}

/** All tenants, page by page. */
async function* tenantsOf(job: string): AsyncGenerator<Tenant> {
  let cursor: string | undefined;
  do {
    const page = await listTenants(systemCtx(job), { limit: 1000, cursor });
    yield* page.items;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}

/** The ids of the tenants that `concerns` says yes to. */
async function* tenantIds(
  job: string,
  concerns: (tenant: Tenant) => boolean,
): AsyncGenerator<string> {
  for await (const tenant of tenantsOf(job)) if (concerns(tenant)) yield tenant.tenant_id;
}

function keepsForDays({ mcp_config }: Tenant): boolean {
  return typeof mcp_config.memory_retention_days === "number";
}

/** Looks at the resources whose time has come, one tenant after the other. */
async function checkResources(): Promise<void> {
  const rows = await withPlatform((tx) =>
    tx.execute<{ tenant_id: string }>(
      sql`select distinct tenant_id from resources where health_minutes is not null`,
    ),
  );
  for (const { tenant_id } of rows) await checkDueResources(tenant_id);
}

/** Files of deleted tenants go, and what the others keep is counted anew. */
async function tidyFiles(): Promise<void> {
  const tenants: Tenant[] = [];
  for await (const tenant of tenantsOf("resource-files")) tenants.push(tenant);
  const orphans = await removeOrphans(tenants);
  if (orphans > 0) log.info({ orphans }, "the files of deleted tenants are removed");
  for (const tenant of tenants) await recountStorage(tenant);
}

/** Makes the ledger's partitions of this month and the next two. */
async function makePartitions(): Promise<void> {
  await database().owner`select ensure_usage_partitions(2)`;
}

/** Deletes what the authorization server no longer needs. */
async function purgeOAuth(): Promise<void> {
  await purgeArtifacts();
  await purgeGrants();
}

/** A task is kept for its time, which its client was told. */
async function expireTasks(): Promise<void> {
  const tasks = await removeExpiredTasks();
  if (tasks > 0) log.info({ tasks }, "expired tasks are removed");
}

/** Daily counts and decided requests are kept for a month. */
async function purgeOldGovernance(): Promise<void> {
  const rows = await purgeGovernance();
  if (rows > 0) log.info({ rows }, "old approvals and daily counts are removed");
}

/** Peers are pulled as often as their tenants ask for. */
async function pullPeers(): Promise<void> {
  const peers = await pullDuePeers();
  if (peers > 0) log.info({ peers }, "due peers are pulled");
}

/** What runs by itself, once on the whole deployment however many processes serve it. */
export const jobs = {
  "memory-retention": {
    cron: "7 * * * *",
    run: () => expireMemories(tenantIds("memory-retention", keepsForDays)),
  },
  "memory-index": {
    cron: "17 * * * *",
    run: () => reindexMemories(tenantIds("memory-index", () => true)),
  },
  "memory-embeddings": { cron: "* * * * *", run: embedMemories },
  "task-expiry": { cron: "37 * * * *", run: expireTasks },
  "ledger-partitions": { cron: "23 3 * * *", run: makePartitions },
  "oauth-purge": { cron: "41 * * * *", run: purgeOAuth },
  "resource-health": { cron: "*/5 * * * *", run: checkResources },
  "federation-pulls": { cron: "* * * * *", run: pullPeers },
  "resource-files": { cron: "47 4 * * *", run: tidyFiles },
  "governance-purge": { cron: "29 4 * * *", run: purgeOldGovernance },
  "budget-tidy": { cron: "*/2 * * * *", run: tidyBudgets },
  "oauth-keys": { cron: "13 4 * * *", run: rotateOldSigningKeys },
} satisfies Record<string, Job>;

const hour = 3600;

/** Nothing here is urgent: an idle process asks the database a few times a minute. */
const relaxed = {
  cronMonitorIntervalSeconds: 45,
  cronWorkerIntervalSeconds: 30,
  clockMonitorIntervalSeconds: 600,
  superviseIntervalSeconds: 300,
  monitorIntervalSeconds: 300,
  queueCacheIntervalSeconds: hour,
  flowIntervalSeconds: hour,
  bamIntervalSeconds: hour,
};

/**
 * Starts the deployment's jobs on this process, in the database's schema `pgboss`, which it makes
 * and upgrades. `pollSeconds` is how often a process looks for work. The function that it answers
 * lets running jobs finish, for at most 20 seconds; call it before the database is closed.
 */
export async function startJobs({ pollSeconds = 30 } = {}): Promise<() => Promise<void>> {
  const boss = new PgBoss({
    db: jobDatabase(database().jobs),
    schema: "pgboss",
    registerInstance: false,
    ...relaxed,
  });
  boss.on("error", (err) => log.error({ err }, "jobs: an error in the background"));
  boss.on("warning", (warning) => log.warn({ warning }, "jobs: a warning"));
  await boss.start({ attempts: 3 });
  for (const [name, job] of Object.entries(jobs)) {
    // Exclusive: at most one of its runs waits or is under way, on all processes together.
    await boss.createQueue(name, {
      policy: "exclusive",
      retryLimit: 2,
      retryDelay: 60,
      expireInSeconds: hour,
      deleteAfterSeconds: 7 * 24 * hour,
    });
    await boss.work(name, { pollingIntervalSeconds: pollSeconds }, async () => {
      const startedAt = performance.now();
      await job.run();
      log.debug({ job: name, durationMs: Math.round(performance.now() - startedAt) }, "job done");
    });
    // A run that came due while nothing was up is made good, once.
    await boss.schedule(name, job.cron, null, { missed: "once" });
  }
  return () => boss.stop({ graceful: true, close: false, timeout: 20_000 });
}
