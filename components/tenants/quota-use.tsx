import { cn } from "#components/ui/cn.ts";
import { formatValue, type Unit } from "#components/ui/format.ts";

type QuotaUseProps = { used: number; maximum: number | null; unit?: Unit };

const nearlyFull = 0.8;

/** `12 of 100`, coloured when little or nothing is left; without a limit just `12`. */
export function QuotaUse({ used, maximum, unit = "count" }: QuotaUseProps) {
  const share = maximum === null ? 0 : maximum === 0 ? 1 : used / maximum;
  return (
    <span className="whitespace-nowrap tabular-nums">
      <span
        className={cn(
          share >= 1 ? "font-medium text-destructive-text" : share >= nearlyFull && "text-warning",
        )}
      >
        {formatValue(used, unit)}
      </span>
      {maximum !== null && (
        <span className="text-muted-foreground"> of {formatValue(maximum, unit)}</span>
      )}
    </span>
  );
}
