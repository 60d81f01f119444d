import { sql } from "drizzle-orm";
import { type Tx, withPlatform, withTenant } from "#db/transaction.ts";
import { auditAll } from "#lib/audit/service.ts";
import { systemTenantCtx } from "#lib/auth/identity.ts";
import { log } from "#lib/core/log.ts";
import { thresholds } from "#lib/usage/settlements.ts";

type Told = {
  budget_id: string;
  starts_at: string;
  told: number;
  reached: number;
  spent: string;
  limit: string;
};

/** Writes what was reached and not told of into the audit log; the rows' locks make it once. */
async function tell(tx: Tx, tenantId: string): Promise<void> {
  const rows = await tx.execute<Told>(sql`
    with untold as materialized (
      select budget_id, starts_at, told from budget_windows
      where tenant_id = ${tenantId} and told < reached
      order by budget_id, starts_at for update
    )
    update budget_windows w set told = w.reached from untold u, budgets b
    where w.tenant_id = ${tenantId} and w.budget_id = u.budget_id and w.starts_at = u.starts_at
      and b.tenant_id = ${tenantId} and b.budget_id = w.budget_id
    returning w.budget_id, to_json(w.starts_at) #>> '{}' as starts_at, u.told, w.reached,
      w.spent_micros as spent, b.limit_micros as limit`);
  const records = rows.flatMap(({ budget_id, starts_at, told, reached, spent, limit }) =>
    thresholds
      .filter((percent) => percent > told && percent <= reached)
      .map((percent) => ({
        action: "budget.threshold",
        target: { type: "budget", id: budget_id },
        after: {
          ...{ percent, starts_at: new Date(starts_at).toISOString() },
          ...{ spent_micros: Number(spent), limit_micros: Number(limit) },
        },
      })),
  );
  await auditAll(tx, systemTenantCtx("budgets", tenantId), records);
}

/** Tells of the thresholds that the tenant's budgets have passed, each once a window. */
async function tellThresholds(tenantId: string): Promise<void> {
  await withTenant(tenantId, (tx) => tell(tx, tenantId));
}

/** The same, which nobody waits for; what fails is made good by the next one or the job. */
export function tellThresholdsSoon(tenantId: string): void {
  tellThresholds(tenantId).catch((err: unknown) =>
    log.warn({ err, tenantId }, "a budget's threshold was not told of; it will be"),
  );
}

/** A call had no room in the budget's present window: its last threshold is reached. */
export async function tellFull(tenantId: string, budgetId: string): Promise<void> {
  await withTenant(tenantId, async (tx) => {
    await tx.execute(sql`
      insert into budget_windows as w (tenant_id, budget_id, starts_at, maximum_micros, reached)
      select tenant_id, budget_id, date_trunc(period, now(), 'UTC'), limit_micros, 100
      from budgets where tenant_id = ${tenantId} and budget_id = ${budgetId}
      on conflict (tenant_id, budget_id, starts_at) do update set reached = 100`);
    await tell(tx, tenantId);
  });
}

/** Tells of what no process has told of yet, since it ended too early, of every tenant. */
export async function tellAllThresholds(): Promise<void> {
  const rows = await withPlatform((tx) =>
    tx.execute<{ tenant_id: string }>(
      sql`select distinct tenant_id from budget_windows where told < reached`,
    ),
  );
  for (const { tenant_id } of rows) await tellThresholds(tenant_id);
}
