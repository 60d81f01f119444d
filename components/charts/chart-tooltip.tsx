import { formatValue, type Unit, type Zone } from "#components/ui/format.ts";
import type { Series, TimePoint } from "./points.ts";
import type { Bucket } from "./range.ts";
import { formatBucket } from "./time-axis.ts";

type ChartTooltipProps = {
  point: TimePoint;
  series: readonly (Series & { color: string })[];
  bucket: Bucket;
  zone: Zone;
  unit: Unit;
  /** Adds a line with the sum. */
  total: boolean;
};

export function ChartTooltip({ point, series, bucket, zone, unit, total }: ChartTooltipProps) {
  const sum = series.reduce((all, { key }) => all + (point.values[key] ?? 0), 0);
  return (
    <div className="min-w-40 max-w-72 rounded-md border bg-popover px-3 py-2 text-xs shadow-lg">
      <p className="mb-1.5 text-muted-foreground">{formatBucket(point.at, bucket, zone)}</p>
      <ul className="flex flex-col gap-1">
        {series.map(({ key, label, color }) => (
          <li key={key} className="flex items-center gap-2">
            <span
              aria-hidden
              className="size-2 shrink-0 rounded-xs"
              style={{ background: color }}
            />
            <span className="min-w-0 flex-1 truncate">{label}</span>
            <span className="font-medium tabular-nums">{formatValue(point.values[key], unit)}</span>
          </li>
        ))}
      </ul>
      {total && (
        <p className="mt-1.5 flex justify-between border-t pt-1.5 font-medium">
          <span>Total</span>
          <span className="tabular-nums">{formatValue(sum, unit)}</span>
        </p>
      )}
    </div>
  );
}
