import { toAmount } from "#components/forms/amount.ts";
import { cn } from "#components/ui/cn.ts";
import type { Budget } from "#lib/budgets/schema.ts";

const NEARLY_FULL = 0.8;

/** What is spent and reserved of a budget, as a bar and in words. */
export function BudgetBar({ budget }: { budget: Budget }) {
  const { limit_micros: limit, spent_micros: spent, reserved_micros: reserved } = budget;
  const shareOf = (micros: number) => (limit > 0 ? Math.min(1, micros / limit) : 1);
  const share = shareOf(spent);
  const colour =
    share >= 1 ? "bg-chart-danger" : share >= NEARLY_FULL ? "bg-chart-3" : "bg-primary";
  return (
    <div className="flex min-w-0 flex-col gap-1.5 max-md:w-44 md:min-w-48">
      <div aria-hidden className="flex h-1.5 overflow-hidden rounded-full bg-accent">
        <div className={colour} style={{ width: `${share * 100}%` }} />
        <div
          className={cn(colour, "opacity-40")}
          style={{ width: `${Math.min(1 - share, shareOf(reserved)) * 100}%` }}
        />
      </div>
      <span className="text-muted-foreground text-xs tabular-nums">
        {toAmount(spent)} of {toAmount(limit)} spent
        {reserved > 0 && `, ${toAmount(reserved)} reserved`}
      </span>
    </div>
  );
}
