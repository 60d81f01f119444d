"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";
import { activeHref } from "./active-href.ts";

export type NavGroup = {
  label?: string;
  items: {
    href: string;
    label: string;
    /** An element, `<Building2 />`: a component cannot cross from server to client. */
    icon: ReactNode;
  }[];
};

type NavProps = { groups: readonly NavGroup[]; onNavigate?: () => void };

export function Nav({ groups, onNavigate }: NavProps) {
  const active = activeHref(
    usePathname(),
    groups.flatMap((group) => group.items.map((item) => item.href)),
  );
  return (
    <nav aria-label="Main" className="flex flex-1 flex-col gap-5 overflow-y-auto px-3 py-3">
      {groups.map((group, index) => (
        <div key={group.label ?? index} className="flex flex-col gap-0.5">
          {group.label && (
            <p className="px-2 pb-1 font-medium text-muted-foreground text-xs">{group.label}</p>
          )}
          {group.items.map((item) => (
            <Link
              key={item.href}
              href={item.href}
              onClick={() => onNavigate?.()}
              aria-current={item.href === active ? "page" : undefined}
              className="flex h-8 items-center gap-2.5 rounded-md px-2 font-medium text-muted-foreground text-sm transition-colors hover:bg-accent hover:text-foreground aria-[current=page]:bg-sidebar-active aria-[current=page]:text-foreground touch:h-11 [&[aria-current=page]_svg]:text-primary-text [&_svg]:size-4 [&_svg]:shrink-0"
            >
              {item.icon}
              <span className="truncate">{item.label}</span>
            </Link>
          ))}
        </div>
      ))}
    </nav>
  );
}
