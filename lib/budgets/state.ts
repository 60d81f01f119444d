import { tenantScope, tenantStatement } from "#db/transaction.ts";
import { thresholds } from "#lib/usage/settlements.ts";
import type { Budget } from "./schema.ts";

// What has expired is no longer reserved, though nobody has given it back yet.
const text = `${tenantScope}
  select s.* from scope, lateral (
    select b.*, coalesce(w.spent_micros, 0) as spent, coalesce(w.reached, 0) as reached,
      coalesce(w.reserved_micros, 0) - coalesce((
        select sum(r.micros) from budget_reservations r
        where r.tenant_id = w.tenant_id and r.budget_id = w.budget_id
          and r.starts_at = w.starts_at and r.expires_at <= now()
      ), 0) as reserved, date_trunc(b.period, now(), 'UTC') as starts_at
    from budgets b left join budget_windows w on w.tenant_id = b.tenant_id
      and w.budget_id = b.budget_id and w.starts_at = date_trunc(b.period, now(), 'UTC')
    where b.tenant_id = scope.tenant_id and b.budget_id > $2
      and ($3::json is null or b.budget_id in (select json_array_elements_text($3::json)))
    order by b.budget_id limit $4 offset 0
  ) s order by s.budget_id`;

function endOf(startsAt: Date, period: Budget["period"]): Date {
  const [year, month, day] = [
    startsAt.getUTCFullYear(),
    startsAt.getUTCMonth(),
    startsAt.getUTCDate(),
  ];
  return new Date(period === "day" ? Date.UTC(year, month, day + 1) : Date.UTC(year, month + 1));
}

interface Row {
  budget_id: string;
  scope: Budget["scope"];
  target_id: string;
  period: Budget["period"];
  limit_micros: string;
  unpriced: Budget["unpriced"];
  by_platform: boolean;
  principal_type: string;
  principal_id: string;
  updated_at: Date;
  spent: string;
  reserved: string;
  reached: number;
  starts_at: Date;
}

function toBudget(row: Row): Budget {
  const [limit, spent] = [Number(row.limit_micros), Number(row.spent)];
  const reserved = Math.max(0, Number(row.reserved));
  return {
    budget_id: row.budget_id,
    scope: row.scope,
    target_id: row.target_id,
    period: row.period,
    limit_micros: limit,
    unpriced: row.unpriced,
    operator: row.by_platform,
    spent_micros: spent,
    reserved_micros: reserved,
    left_micros: Math.max(0, limit - spent - reserved),
    starts_at: row.starts_at.toISOString(),
    resets_at: endOf(row.starts_at, row.period).toISOString(),
    thresholds_reached: thresholds.filter((percent) => percent <= row.reached),
    updated_by: { type: row.principal_type, id: row.principal_id },
    updated_at: row.updated_at.toISOString(),
  };
}

/** Budgets and how their present windows stand, in the order of their ids: these, or all of them. */
export async function readBudgets(
  tenantId: string,
  {
    ids = null,
    after = "",
    most = 1_000,
  }: { ids?: string[] | null; after?: string; most?: number },
): Promise<Budget[]> {
  const given = [after, ids && JSON.stringify(ids), most];
  const rows = await tenantStatement(tenantId, text, given);
  return (rows as unknown as Row[]).map(toBudget);
}
