import type { ReactNode } from "react";
import { Card } from "#components/ui/card.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";

const ROWS = ["w-40", "w-52", "w-36", "w-48", "w-44", "w-32", "w-56", "w-60"];

/** loading.tsx of a page with a table. */
export function ListPageSkeleton() {
  return (
    <Loading>
      <HeaderSkeleton />
      <Card className="overflow-hidden">
        <div className="border-b px-3 py-2.5">
          <Skeleton className="h-8 w-60" />
        </div>
        {ROWS.map((width) => (
          <div key={width} className="flex h-13 items-center gap-6 border-b px-4 last:border-0">
            <Skeleton className={`h-4 ${width}`} />
            <Skeleton className="ml-auto h-4 w-16" />
            <Skeleton className="h-4 w-24 max-sm:hidden" />
            <Skeleton className="h-4 w-20 max-sm:hidden" />
          </div>
        ))}
      </Card>
    </Loading>
  );
}

function Loading({ children }: { children: ReactNode }) {
  return (
    <div className="flex flex-col gap-6">
      <p role="status" className="sr-only">
        Loading
      </p>
      {children}
    </div>
  );
}

function HeaderSkeleton() {
  return (
    <div className="flex flex-col gap-2">
      <Skeleton className="h-6 w-44" />
      <Skeleton className="h-4 w-72 max-w-full" />
    </div>
  );
}
