"use client";

import { Menu } from "lucide-react";
import Link from "next/link";
import { type ReactNode, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Sheet, SheetContent, SheetTrigger } from "#components/ui/sheet.tsx";
import { Breadcrumbs } from "./breadcrumbs.tsx";
import { Logo } from "./logo.tsx";
import { type NamedNav, Nav, type NavGroup } from "./nav.tsx";
import { ThemeToggle } from "./theme-toggle.tsx";

type ConsoleShellProps = {
  /** Where the logo leads, and what breadcrumbs leave out: "/admin". */
  root: string;
  nav: readonly NavGroup[];
  /** Pages of the thing that the person is in, above those of everything. */
  sections?: NamedNav;
  /** Words for path segments in breadcrumbs. */
  labels: Record<string, string>;
  /** A `UserMenu`. */
  user: ReactNode;
  /** At the sidebar's foot: version, mode. */
  footer?: ReactNode;
  children: ReactNode;
};

/** Sidebar (a sheet below 1024px), top bar and the page in `<main>`. */
export function ConsoleShell({
  root,
  nav,
  sections,
  labels,
  user,
  footer,
  children,
}: ConsoleShellProps) {
  const [menuOpen, setMenuOpen] = useState(false);
  const navs = [...(sections ? [sections] : []), { label: "Main", groups: nav }];
  const home = (
    <Link
      href={root}
      prefetch={false}
      aria-label="TauseStack home"
      onClick={() => setMenuOpen(false)}
      className="flex h-13 shrink-0 items-center px-5 -outline-offset-4"
    >
      <Logo />
    </Link>
  );
  const foot = footer && (
    <div className="border-t px-5 py-3 text-muted-foreground text-xs">{footer}</div>
  );

  return (
    <div className="lg:grid lg:min-h-dvh lg:grid-cols-[14.5rem_minmax(0,1fr)]">
      <a
        href="#main"
        className="fixed top-2 left-2 z-50 -translate-y-20 rounded-md bg-primary px-3 py-2 font-medium text-primary-foreground text-sm focus:translate-y-0"
      >
        Skip to content
      </a>
      <aside className="sticky top-0 hidden h-dvh flex-col border-r bg-sidebar lg:flex">
        {home}
        <Nav navs={navs} />
        {foot}
      </aside>
      <div className="flex min-h-dvh min-w-0 flex-col">
        <header className="sticky top-0 z-30 flex h-13 items-center gap-2 border-b bg-background/90 px-2 backdrop-blur sm:px-4 lg:px-8">
          <Sheet open={menuOpen} onOpenChange={setMenuOpen}>
            <SheetTrigger asChild>
              <Button variant="ghost" size="icon" aria-label="Menu" className="lg:hidden">
                <Menu aria-hidden />
              </Button>
            </SheetTrigger>
            <SheetContent title="Menu">
              {home}
              <Nav navs={navs} onNavigate={() => setMenuOpen(false)} />
              {foot}
            </SheetContent>
          </Sheet>
          <Breadcrumbs root={root} labels={labels} />
          <div className="flex shrink-0 items-center gap-0.5">
            <ThemeToggle />
            {user}
          </div>
        </header>
        <main
          id="main"
          tabIndex={-1}
          className="mx-auto flex w-full max-w-7xl flex-1 flex-col gap-6 px-4 py-6 outline-none sm:px-6 lg:px-8"
        >
          {children}
        </main>
      </div>
    </div>
  );
}
