"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { activeHref } from "./active-href.ts";

type LinkTabsProps = {
  /** Names the tabs: "Tenant sections". */
  label: string;
  tabs: { href: string; label: string; count?: number }[];
};

/** Pages of one thing, side by side; each tab is a page of its own. Scrolls sideways on phones. */
export function LinkTabs({ label, tabs }: LinkTabsProps) {
  const active = activeHref(
    usePathname(),
    tabs.map((tab) => tab.href),
  );
  return (
    <nav
      aria-label={label}
      className="-mx-4 flex gap-1 overflow-x-auto border-b px-4 [scrollbar-width:none] sm:mx-0 sm:px-0"
    >
      {tabs.map((tab) => (
        <Link
          key={tab.href}
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
