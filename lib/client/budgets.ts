import { type Budget, budget, deletedBudget, type PutBudgetInput } from "#lib/budgets/schema.ts";
import { callApi, pathOf } from "./api.ts";

/** Sets the budget of a subject and period, or changes the one that there is. */
export function putBudget(tenantId: string, body: PutBudgetInput): Promise<Budget> {
  return callApi({ method: "PUT", path: "/budgets", tenantId, body, response: budget });
}

export async function deleteBudget(tenantId: string, budgetId: string): Promise<void> {
  const path = pathOf("budgets", budgetId);
  await callApi({ method: "DELETE", path, tenantId, response: deletedBudget });
}
