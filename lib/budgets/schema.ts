import { z } from "zod";
import { oneLine } from "#lib/core/text-schema.ts";

const budgetScopes = ["tenant", "key", "agent"] as const;
const budgetPeriods = ["day", "month"] as const;

export const putBudgetInput = z
  .object({
    scope: z.enum(budgetScopes, { error: `must be one of ${budgetScopes.join(", ")}` }),
    target_id: oneLine(z.string().max(200))
      .default("")
      .meta({ description: "The key's or the agent's id; absent for the tenant as a whole." }),
    period: z
      .enum(budgetPeriods, { error: `must be one of ${budgetPeriods.join(", ")}` })
      .meta({ description: "A day or a calendar month, in UTC." }),
    limit_micros: z
      .number({ error: "must be a number of micro-units" })
      .int("must be a whole number of micro-units")
      .min(0, "must not be negative")
      .max(1e15, "must be at most 1000000000000000")
      .meta({ description: "In micro-units of the ledger's currency; 0 stops every priced call." }),
    unpriced: z
      .enum(["refuse", "allow"], { error: "must be refuse or allow" })
      .default("refuse")
      .meta({ description: "What becomes of calls whose price is unknown; allowed, none counts." }),
    operator: z
      .boolean()
      .default(false)
      .meta({ description: "A ceiling of whoever runs the deployment; needs `platform:write`." }),
  })
  .refine(({ scope, target_id }) => (scope === "tenant") === (target_id === ""), {
    path: ["target_id"],
    message: "is required for a key or an agent, and must be absent for the tenant",
  });

export type PutBudgetInput = z.input<typeof putBudgetInput>;

const micros = z.number().int();

export const budget = z
  .object({
    budget_id: z.string(),
    scope: z.enum(budgetScopes),
    target_id: z.string(),
    period: z.enum(budgetPeriods),
    limit_micros: micros,
    unpriced: z.enum(["refuse", "allow"]),
    operator: z
      .boolean()
      .meta({ description: "Set by whoever runs the deployment, who alone may change it." }),
    spent_micros: micros.meta({ description: "By calls that ended in this day or month." }),
    reserved_micros: micros.meta({ description: "What calls under way may come to at most." }),
    left_micros: micros.meta({ description: "What a call may come to at most, now." }),
    starts_at: z.iso.datetime(),
    resets_at: z.iso.datetime(),
    thresholds_reached: z
      .array(z.number().int())
      .meta({ description: "Percent of the limit: 50, 80, and 100 once a call was refused." }),
    updated_by: z.object({ type: z.string(), id: z.string() }),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: "Budget" });

export type Budget = z.output<typeof budget>;

export const deletedBudget = z.object({ status: z.literal("deleted"), budget_id: z.string() });
