/**
 * What a call that had a budget's reservation came to. It is committed with the call's event, by
 * the ledger's writer: so a budget has spent what the ledger says, whenever a process dies.
 */
export interface Settlement {
  tenantId: string;
  reservationId: string;
  /** The windows of budgets that the call counts in; `startsAt` as PostgreSQL wrote it. */
  windows: readonly { budgetId: string; startsAt: string }[];
  /** What was spent, in micro-units. */
  micros: number;
  /** Called after a commit by which a budget of the tenant passed a threshold. */
  onReached(): void;
}

/** The thresholds in percent of a budget's limit, which are told of once a window. */
export const thresholds = [50, 80, 100] as const;

// No sum of one tenant's may pass what the column holds: the commit is many tenants'.
const mostSpent = 10n ** 18n;

const reachedCase = [...thresholds]
  .reverse()
  .map(
    (percent) =>
      `when (w.spent_micros + s.spent)::numeric * 100 >= b.limit_micros * ${percent} then ${percent}`,
  )
  .join(" ");

// Windows are locked first and in the order of their key, as everything that moves them does.
const lockedWindows = (source: string) => `locked as materialized (
    select w.tenant_id, w.budget_id, w.starts_at from budget_windows w
    where (w.tenant_id, w.budget_id, w.starts_at)
      in (select tenant_id, budget_id, starts_at from ${source})
    order by w.tenant_id, w.budget_id, w.starts_at for update
  )`;

const givenBack = (source: string) => `given_back as (
    delete from budget_reservations r using ${source} s, locked l
    where r.tenant_id = s.tenant_id and r.reservation_id = s.reservation_id
      and r.budget_id = s.budget_id and l.tenant_id = r.tenant_id
      and l.budget_id = r.budget_id and l.starts_at = r.starts_at
    returning r.tenant_id, r.budget_id, r.starts_at, r.micros
  )`;

/**
 * The parts of a statement of the platform's role that settle the lines in `parameter`; the last,
 * `moved`, has a row a window: its tenant, and whether it passed a threshold. What was spent counts
 * even where the reservation is gone, and above the limit too, since it cannot be unspent.
 */
export const settlementParts = (parameter: string) => `settlement as materialized (
    select * from json_to_recordset(${parameter}::json) as s (tenant_id text, reservation_id text,
      budget_id text, starts_at timestamptz, micros bigint)
  ), ${lockedWindows("settlement")}, ${givenBack("settlement")}, sums as (
    select tenant_id, budget_id, starts_at,
      sum(spent)::bigint as spent, sum(freed)::bigint as freed
    from (
      select tenant_id, budget_id, starts_at, micros as spent, 0 as freed from settlement
      union all select tenant_id, budget_id, starts_at, 0, micros from given_back
    ) each group by tenant_id, budget_id, starts_at
  ), moved as (
    update budget_windows w set
      spent_micros = least(w.spent_micros + s.spent, ${mostSpent}),
      reserved_micros = w.reserved_micros - s.freed,
      maximum_micros = greatest(w.maximum_micros,
        least(w.spent_micros + s.spent, ${mostSpent}) + w.reserved_micros - s.freed),
      reached = greatest(w.reached, case ${reachedCase} else 0 end)
    from sums s join budgets b on b.tenant_id = s.tenant_id and b.budget_id = s.budget_id
    where w.tenant_id = s.tenant_id and w.budget_id = s.budget_id and w.starts_at = s.starts_at
    returning w.tenant_id, w.told < w.reached as untold
  )`;

const expiredBatch = 1_000;

/** Gives back what has expired, of the tenant `$1` or of all; answers a row for each that was. */
export const giveBackText = `with expired as materialized (
    select tenant_id, reservation_id, budget_id, starts_at from budget_reservations
    where expires_at <= now() and tenant_id = coalesce($1, tenant_id)
    order by expires_at limit ${expiredBatch}
  ), ${lockedWindows("expired")}, ${givenBack("expired")}, moved as (
    update budget_windows w set reserved_micros = w.reserved_micros - s.freed
    from (
      select tenant_id, budget_id, starts_at, sum(micros)::bigint as freed
      from given_back group by tenant_id, budget_id, starts_at
    ) s
    where w.tenant_id = s.tenant_id and w.budget_id = s.budget_id and w.starts_at = s.starts_at
  )
  select budget_id from given_back`;

/** The lines of settlements, as `settlementParts` reads them. */
export function settlementLines(settled: readonly Settlement[]): object[] {
  return settled.flatMap(({ tenantId, reservationId, windows, micros }) =>
    windows.map(({ budgetId, startsAt }) => ({
      ...{ tenant_id: tenantId, reservation_id: reservationId },
      ...{ budget_id: budgetId, starts_at: startsAt, micros },
    })),
  );
}
