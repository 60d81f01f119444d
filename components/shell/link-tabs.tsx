"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useEffect, useRef } from "react";
import { cn } from "#components/ui/cn.ts";
import { activeHref } from "./active-href.ts";

type LinkTabsProps = {
  /** Names the tabs: "Tenant sections". */
  label: string;
  tabs: readonly { href: string; label: string; count?: number | string }[];
  className?: string;
};

/** Pages of one thing, side by side; each tab is a page of its own. Scrolls sideways on phones. */
export function LinkTabs({ label, tabs, className }: LinkTabsProps) {
  const active = activeHref(
    usePathname(),
    tabs.map((tab) => tab.href),
  );
  const bar = useRef<HTMLElement>(null);
  const current = useRef<HTMLAnchorElement>(null);

  // On phones the tab of the page may stand past the edge.
  useEffect(() => {
    if (active === null || !bar.current || !current.current) return;
    const { offsetLeft, offsetWidth } = current.current;
    bar.current.scrollTo({ left: offsetLeft - (bar.current.clientWidth - offsetWidth) / 2 });
  }, [active]);

  return (
    <nav
      ref={bar}
      aria-label={label}
      className={cn(
        "relative -mx-4 flex gap-1 overflow-x-auto border-b px-4 [scrollbar-width:none] sm:mx-0 sm:px-0",
        className,
      )}
    >
      {tabs.map((tab) => (
        <Link
          key={tab.href}
          ref={tab.href === active ? current : undefined}
          href={tab.href}
          aria-current={tab.href === active ? "page" : undefined}
          className="-mb-px flex h-9 items-center gap-1.5 whitespace-nowrap border-transparent border-b-2 px-2.5 font-medium text-[0.8125rem] text-muted-foreground -outline-offset-2 transition-colors hover:text-foreground aria-[current=page]:border-primary aria-[current=page]:text-foreground touch:h-11"
        >
          {tab.label}
          {tab.count !== undefined && (
            <span className="rounded-sm bg-muted px-1.5 text-muted-foreground text-xs tabular-nums">
              {tab.count}
            </span>
          )}
        </Link>
      ))}
    </nav>
  );
}
