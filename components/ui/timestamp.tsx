"use client";

import { cn } from "./cn.ts";
import { formatMoment, formatRelative } from "./format.ts";
import { useHydrated } from "./use-hydrated.ts";

type TimestampProps = {
  /** ISO 8601; null shows `empty`. */
  value: string | null;
  empty?: string;
  /** Always the date and time, never "3 min ago". */
  absolute?: boolean;
  className?: string;
};

/** A moment, relative while it is near, in full on hover. In UTC until the browser's zone is known. */
export function Timestamp({ value, empty = "Never", absolute = false, className }: TimestampProps) {
  const hydrated = useHydrated();
  if (value === null) return <span className="text-muted-foreground">{empty}</span>;
  const at = Date.parse(value);
  const full = formatMoment(at, hydrated ? "local" : "utc");
  const near = hydrated && !absolute ? formatRelative(at, Date.now()) : null;
  return (
    <time
      dateTime={value}
      title={formatMoment(at, "utc")}
      className={cn("whitespace-nowrap", className)}
    >
      {near ?? full}
    </time>
  );
}
