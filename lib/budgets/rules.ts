import { tenantScope, tenantStatement } from "#db/transaction.ts";
import { createCache } from "#lib/core/cache.ts";
import { tenantTopic } from "#lib/tenants/snapshot.ts";

export const budgetTopic = "budgets";

/** A budget, as far as it says which calls it concerns; limits are read where they are held to. */
export interface BudgetRule {
  budgetId: string;
  scope: "tenant" | "key" | "agent";
  targetId: string;
  unpriced: "refuse" | "allow";
}

interface Slot {
  rules: readonly BudgetRule[];
}

const statement = `${tenantScope}
  select r.* from scope, lateral (
    select budget_id, scope, target_id, unpriced from budgets
    where tenant_id = scope.tenant_id order by budget_id offset 0
  ) r`;

async function load(tenantId: string): Promise<Slot> {
  const rows = await tenantStatement(tenantId, statement, []);
  return {
    rules: rows.map((row) => ({
      budgetId: String(row.budget_id),
      scope: row.scope as BudgetRule["scope"],
      targetId: String(row.target_id),
      unpriced: row.unpriced as BudgetRule["unpriced"],
    })),
  };
}

// A second is how long a new budget may stay unheard of where notices do not arrive.
const cache = createCache<Slot>({
  name: "budgets",
  // A tenant that is deleted takes its budgets along, and its slug may be given out again.
  topic: [budgetTopic, tenantTopic],
  maxEntries: 10_000,
  ttlMs: 1_000,
  load,
});

/** A tenant's budgets now, which most often costs no wait. */
export function budgetRulesOf(
  tenantId: string,
): readonly BudgetRule[] | Promise<readonly BudgetRule[]> {
  const slot = cache.peek(tenantId);
  return slot ? slot.rules : cache.get(tenantId).then(({ rules }) => rules);
}

/** Has them read anew, since one of them turned out to be gone. */
export function forgetBudgetRules(tenantId: string): void {
  cache.drop(tenantId);
}
