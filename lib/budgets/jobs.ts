import { platformStatement } from "#db/transaction.ts";
import { log } from "#lib/core/log.ts";
import { tellAllThresholds } from "./thresholds.ts";
import { giveBackExpired } from "./windows.ts";

const keptDays = 400;
const batch = 1_000;

const purgeText = `delete from budget_windows where (tenant_id, budget_id, starts_at) in (
    select tenant_id, budget_id, starts_at from budget_windows
    where starts_at < now() - make_interval(days => $1) limit ${batch})
  returning budget_id`;

/** What processes that are gone have left: reservations that expired, thresholds not told of; and old windows. */
export async function tidyBudgets(): Promise<void> {
  const reservations = await giveBackExpired(null);
  if (reservations > 0) log.info({ reservations }, "expired budget reservations are given back");
  await tellAllThresholds();
  for (;;) {
    const rows = await platformStatement(purgeText, [keptDays]);
    if (rows.length < batch) break;
  }
}
