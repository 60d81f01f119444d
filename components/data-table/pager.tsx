"use client";

import { ChevronLeft, ChevronRight } from "lucide-react";
import Link from "next/link";
import { usePathname, useSearchParams } from "next/navigation";
import type { ReactNode } from "react";
import { Button } from "#components/ui/button.tsx";
import { pageLinks } from "./page-links.ts";

type PagerProps = {
  /** Of the page after this one; null on the last. */
  nextCursor: string | null;
  /** At the left: "1,204 tenants". */
  note?: string;
};

/** "Previous" and "next" over the `cursor` and `via` search parameters; nothing on a single page. */
export function Pager({ nextCursor, note }: PagerProps) {
  const pathname = usePathname();
  const { previous, next } = pageLinks(new URLSearchParams(useSearchParams()), nextCursor);
  if (previous === null && next === null && !note) return null;
  return (
    <nav
      aria-label="Pages"
      className="flex min-h-11 items-center justify-between gap-2 border-t px-4 py-1.5"
    >
      <span className="text-muted-foreground text-xs tabular-nums">{note}</span>
      {(previous !== null || next !== null) && (
        <span className="flex gap-1">
          <PageButton href={previous === null ? null : pathname + previous}>
            <ChevronLeft aria-hidden /> Previous
          </PageButton>
          <PageButton href={next === null ? null : pathname + next}>
            Next <ChevronRight aria-hidden />
          </PageButton>
        </span>
      )}
    </nav>
  );
}

function PageButton({ href, children }: { href: string | null; children: ReactNode }) {
  if (href === null) {
    return (
      <Button variant="ghost" size="sm" disabled>
        {children}
      </Button>
    );
  }
  return (
    <Button variant="ghost" size="sm" asChild>
      <Link href={href} prefetch={false}>
        {children}
      </Link>
    </Button>
  );
}
