"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { type ReactNode, useEffect, useRef } from "react";
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

/** Links under a name of their own: "Main". */
export type NamedNav = { label: string; groups: readonly NavGroup[] };

type NavProps = { navs: readonly NamedNav[]; onNavigate?: () => void };

/** Navigations one below the other; of all their links one at most is the page's. */
export function Nav({ navs, onNavigate }: NavProps) {
  const active = activeHref(
    usePathname(),
    navs.flatMap(({ groups }) => groups.flatMap(({ items }) => items.map(({ href }) => href))),
  );
  return (
    <div className="flex flex-1 flex-col gap-4 overflow-y-auto px-3 py-2">
      {navs.map((nav) => (
        <Links key={nav.label} {...{ nav, active, onNavigate }} />
      ))}
    </div>
  );
}

type LinksProps = { nav: NamedNav; active: string | null; onNavigate: (() => void) | undefined };

function Links({ nav: { label, groups }, active, onNavigate }: LinksProps) {
  const current = useRef<HTMLAnchorElement>(null);

  // A tenant has more sections than a laptop's height, and the page's own may stand past the edge.
  useEffect(() => {
    if (active !== null) current.current?.scrollIntoView({ block: "nearest" });
  }, [active]);

  return (
    <nav aria-label={label} className="flex flex-col gap-4">
      {groups.map((group, index) => (
        <div key={group.label ?? index} className="flex flex-col gap-0.5">
          {group.label && (
            <p className="px-2 pb-1 font-medium text-muted-foreground text-xs">{group.label}</p>
          )}
          {group.items.map((item) => (
            <Link
              key={item.href}
              ref={item.href === active ? current : undefined}
              href={item.href}
              onClick={() => onNavigate?.()}
              aria-current={item.href === active ? "page" : undefined}
              className="flex h-7.5 items-center gap-2.5 rounded-md px-2 font-medium text-muted-foreground text-sm transition-colors hover:bg-accent hover:text-foreground aria-[current=page]:bg-sidebar-active aria-[current=page]:text-foreground touch:h-11 [&[aria-current=page]_svg]:text-primary-text [&_svg]:size-4 [&_svg]:shrink-0"
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
