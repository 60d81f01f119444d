import { budget, deletedBudget } from "#lib/budgets/schema.ts";
import { deleteBudget, getBudget } from "#lib/budgets/service.ts";
import { route } from "#lib/http/route.ts";

export const GET = route({
  scope: "tenant",
  permission: "usage:read",
  summary: "Get a budget and how its day or month stands",
  response: budget,
  run: (ctx, { params }) => getBudget(ctx, params.budget_id ?? ""),
});

export const DELETE = route({
  scope: "tenant",
  permission: "budgets:write",
  summary: "Remove a budget and what it counted",
  response: deletedBudget,
  run: async (ctx, { params }) => {
    const budget_id = params.budget_id ?? "";
    await deleteBudget(ctx, budget_id);
    return { status: "deleted" as const, budget_id };
  },
});
