import Link from "next/link";
import { formatValue, type Unit } from "#components/ui/format.ts";

type RankedBarsProps = {
  /** Names the list for screen readers: "Calls by tool". */
  label: string;
  /** Greatest first. `note` stands small beside the value: "3 errors". */
  items: { key: string; label: string; value: number; note?: string; href?: string }[];
  unit?: Unit;
  empty?: string;
};

/** A ranking as bars, each as wide as its share of the greatest. */
export function RankedBars({
  label,
  items,
  unit = "count",
  empty = "Nothing happened in this range.",
}: RankedBarsProps) {
  const greatest = Math.max(...items.map((item) => item.value), 0);
  if (items.length === 0) {
    return (
      <p className="rounded-md border border-dashed px-4 py-10 text-center text-[0.8125rem] text-muted-foreground">
        {empty}
      </p>
    );
  }
  return (
    <ol aria-label={label} className="flex flex-col gap-1.5 text-[0.8125rem]">
      {items.map((item) => (
        <li
          key={item.key}
          className="relative flex items-center gap-3 overflow-hidden rounded-sm px-2 py-1.5 touch:min-h-11"
        >
          <span
            aria-hidden
            className="absolute inset-y-0 left-0 rounded-sm bg-primary-subtle"
            style={{ width: `${greatest > 0 ? (item.value / greatest) * 100 : 0}%` }}
          />
          <span className="z-10 min-w-0 flex-1 truncate font-mono text-xs">
            {item.href ? (
              <Link
                href={item.href}
                prefetch={false}
                className="underline-offset-4 after:absolute after:inset-0 hover:underline"
              >
                {item.label}
              </Link>
            ) : (
              item.label
            )}
          </span>
          {item.note && <span className="relative text-muted-foreground text-xs">{item.note}</span>}
          <span className="relative font-medium tabular-nums">{formatValue(item.value, unit)}</span>
        </li>
      ))}
    </ol>
  );
}
