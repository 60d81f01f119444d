import { cn } from "#components/ui/cn.ts";

/** The mark: a tau built of stacked slabs. Same drawing as app/icon.svg. */
function LogoMark() {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" className="size-6">
      <rect width="24" height="24" rx="6" className="fill-primary" />
      <g className="fill-primary-foreground">
        <path d="M5 4h14a1 1 0 0 1 1 1v3a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1Z" />
        <path d="M9.5 10.25h5V14h-5z" opacity=".8" />
        <path
          d="M9.5 15.25h5V16.5H17.5a1 1 0 0 1 1 1V19a1 1 0 0 1-1 1h-4.75a3.25 3.25 0 0 1-3.25-3.25Z"
          opacity=".65"
        />
      </g>
    </svg>
  );
}

/** Mark and name. */
export function Logo({ className }: { className?: string }) {
  return (
    <span className={cn("inline-flex items-center gap-2", className)}>
      <LogoMark />
      <span className="font-semibold text-[0.9375rem] tracking-tight">
        Tause<span className="text-primary-text">Stack</span>
      </span>
    </span>
  );
}
