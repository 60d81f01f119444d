"use client";

import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { Fragment } from "react";
import { cn } from "#components/ui/cn.ts";
import { crumbs } from "./crumbs.ts";

type BreadcrumbsProps = {
  /** Path that all pages share and that has no crumb: "/admin". */
  root: string;
  /** Words for path segments: `{ keys: "API keys" }`. Others are shown as they are. */
  labels: Record<string, string>;
};

/** The way to this page, read from its address. Phones show the last two steps. */
export function Breadcrumbs({ root, labels }: BreadcrumbsProps) {
  const steps = crumbs(usePathname(), root, labels);
  return (
    <nav aria-label="Breadcrumb" className="min-w-0 flex-1">
      <ol className="flex min-w-0 items-center gap-1.5 text-[0.8125rem]">
        {steps.map((step, index) => {
          const last = index === steps.length - 1;
          const early = index < steps.length - 2;
          return (
            <Fragment key={step.href}>
              {index > 0 && (
                <li aria-hidden className={cn(index < steps.length - 1 && "max-sm:hidden")}>
                  <ChevronRight className="size-3.5 text-muted-foreground" />
                </li>
              )}
              <li
                className={cn(
                  "truncate",
                  // A long name gives way before the steps that lead to it.
                  last ? "min-w-16 shrink-[9999]" : "min-w-0 max-w-48",
                  early && "max-sm:hidden",
                )}
              >
                {last ? (
                  <span aria-current="page" className="font-medium">
                    {step.label}
                  </span>
                ) : (
                  <Link
                    href={step.href}
                    prefetch={false}
                    className="rounded-xs text-muted-foreground hover:text-foreground touch:py-3"
                  >
                    {step.label}
                  </Link>
                )}
              </li>
            </Fragment>
          );
        })}
      </ol>
    </nav>
  );
}
