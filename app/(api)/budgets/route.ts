import { z } from "zod";
import { budget, putBudgetInput } from "#lib/budgets/schema.ts";
import { listBudgets, putBudget } from "#lib/budgets/service.ts";
import { pageQuery } from "#lib/core/page.ts";
import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";

export const GET = route({
  scope: "tenant",
  permission: "usage:read",
  summary: "List the budgets, and what is spent, reserved and left of each",
  query: pageQuery,
  response: z.array(budget),
  run: async (ctx, { query, request }) => paged(request, await listBudgets(ctx, query)),
});

export const PUT = route({
  scope: "tenant",
  permission: "budgets:write",
  summary: "Set the budget of the tenant, a key or an agent for a day or a month",
  body: putBudgetInput,
  response: budget,
  run: (ctx, { body }) => putBudget(ctx, body),
});
