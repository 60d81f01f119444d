import { z } from "zod";
import { toAmount, toMicros } from "#components/forms/amount.ts";
import { type Budget, type PutBudgetInput, putBudgetInput } from "#lib/budgets/schema.ts";

const fields = z.object({
  scope: z.enum(["tenant", "key", "agent"]),
  key: z.string(),
  agent: z.string().trim(),
  period: z.enum(["day", "month"]),
  limit: z.string(),
  allow_unpriced: z.boolean(),
  operator: z.boolean(),
});

export type BudgetValues = z.input<typeof fields>;

export const newBudgetValues: BudgetValues = {
  ...{ scope: "tenant", key: "", agent: "", period: "month", limit: "" },
  ...{ allow_unpriced: false, operator: false },
};

/** The form's values → the API's input; a mistake is told at its field. */
export const budgetForm = fields.transform((values, context): PutBudgetInput => {
  const { scope, period, operator, allow_unpriced } = values;
  const micros = toMicros(values.limit);
  if (micros === null) {
    const message = "Enter an amount, such as 25 or 0.50.";
    context.addIssue({ code: "custom", path: ["limit"], message });
  }
  const target = scope === "tenant" ? "" : values[scope];
  if (scope !== "tenant" && target === "") {
    const message = scope === "key" ? "Choose a key." : "Enter the agent's id.";
    context.addIssue({ code: "custom", path: [scope], message });
  }
  const input = {
    ...{ scope, target_id: target, period, operator, limit_micros: micros ?? 0 },
    unpriced: allow_unpriced ? ("allow" as const) : ("refuse" as const),
  };
  if (context.issues.length > 0) return input;
  for (const { message } of putBudgetInput.safeParse(input).error?.issues ?? []) {
    context.addIssue({ code: "custom", path: [scope === "agent" ? "agent" : "limit"], message });
  }
  return input;
});

export function toBudgetValues(budget: Budget): BudgetValues {
  const { scope, target_id, period, limit_micros, unpriced, operator } = budget;
  return {
    ...{ scope, period, operator, limit: toAmount(limit_micros) },
    key: scope === "key" ? target_id : "",
    agent: scope === "agent" ? target_id : "",
    allow_unpriced: unpriced === "allow",
  };
}
