"use client";

import { ChevronRight } from "lucide-react";
import { type ReactNode, useState } from "react";
import { cn } from "./cn.ts";

type DisclosureRowProps = {
  /** At the left of the lines: a checkbox. */
  before?: ReactNode;
  /** About it, at the left, and its badges, at the right. */
  lines: ReactNode;
  badges: ReactNode;
  /** Names the button: "Details of GET /pets". */
  label: string;
  /** Shown below once it is opened; null: there is nothing more. */
  detail: (() => ReactNode) | null;
  /** For what must not be overlooked. */
  startsOpen?: boolean;
};

/** A row of a list that opens to show more of itself. */
export function DisclosureRow({
  before,
  lines,
  badges,
  label,
  detail,
  startsOpen = false,
}: DisclosureRowProps) {
  // Until it is opened or closed by hand it follows its state, which may change beneath it.
  const [toggled, setToggled] = useState<boolean | null>(null);
  const open = toggled ?? startsOpen;
  return (
    <li className="flex min-w-0 flex-col">
      <div className="flex min-w-0 flex-wrap items-start gap-x-3 gap-y-1.5 px-3 py-2.5 sm:flex-nowrap">
        {before}
        <div className="flex min-w-0 flex-1 flex-col gap-0.5">{lines}</div>
        <span
          className={cn(
            "flex shrink-0 flex-wrap items-center justify-end gap-1.5 max-sm:w-full max-sm:justify-start",
            before !== undefined && "max-sm:pl-7",
          )}
        >
          {badges}
          {detail && (
            <button
              type="button"
              aria-expanded={open}
              aria-label={label}
              onClick={() => setToggled(!open)}
              className="rounded-sm p-1 text-muted-foreground hover:text-foreground touch:p-3"
            >
              <ChevronRight
                aria-hidden
                className={cn("size-4 transition-transform", open && "rotate-90")}
              />
            </button>
          )}
        </span>
      </div>
      {open && detail && (
        <div className="flex min-w-0 flex-col gap-3 border-t bg-muted/40 px-3 py-3">{detail()}</div>
      )}
    </li>
  );
}
