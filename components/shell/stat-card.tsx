import Link from "next/link";
import type { ReactNode } from "react";
import { cn } from "#components/ui/cn.ts";
import { formatValue } from "#components/ui/format.ts";

type StatCardProps = {
  label: string;
  /** Already formatted, see `formatValue`. */
  value: string;
  /** Small, below: "p50 84 ms". */
  detail?: ReactNode;
  icon?: ReactNode;
  /** Adds "of 10" to the value, and a bar of how much is used. */
  limit?: { used: number; max: number };
  tone?: "danger";
  href?: string;
};

/** Lays `StatCard`s out: two side by side on phones, as many as fit on wider screens. */
export function StatGrid({ children }: { children: ReactNode }) {
  return (
    <div className="grid grid-cols-2 gap-3 lg:grid-cols-[repeat(auto-fit,minmax(11rem,1fr))]">
      {children}
    </div>
  );
}

export function StatCard({ label, value, detail, icon, limit, tone, href }: StatCardProps) {
  return (
    <div
      className={cn(
        "relative flex min-w-0 flex-col gap-1.5 rounded-lg border bg-card px-4 py-3.5 shadow-2xs",
        href && "transition-colors hover:border-input",
      )}
    >
      <p className="flex items-center gap-2 text-muted-foreground text-xs [&_svg]:size-3.5 [&_svg]:shrink-0">
        {icon}
        {href ? (
          <Link href={href} className="truncate after:absolute after:inset-0 after:rounded-lg">
            {label}
          </Link>
        ) : (
          <span className="truncate">{label}</span>
        )}
      </p>
      <p
        className={cn(
          "truncate font-semibold text-xl tabular-nums leading-7 tracking-tight",
          tone === "danger" && "text-destructive-text",
        )}
      >
        {value}
        {limit && (
          <span className="font-normal text-muted-foreground text-sm">
            {" "}
            of {formatValue(limit.max, "count")}
          </span>
        )}
      </p>
      {limit && <Meter {...limit} />}
      {detail && <p className="truncate text-muted-foreground text-xs">{detail}</p>}
    </div>
  );
}

const NEARLY_FULL = 0.8;

function Meter({ used, max }: { used: number; max: number }) {
  const share = max > 0 ? Math.min(1, used / max) : 1;
  const colour =
    share >= 1 ? "bg-chart-danger" : share >= NEARLY_FULL ? "bg-chart-3" : "bg-primary";
  return (
    <div aria-hidden className="h-1.5 overflow-hidden rounded-full bg-accent">
      <div className={cn("h-full rounded-full", colour)} style={{ width: `${share * 100}%` }} />
    </div>
  );
}
