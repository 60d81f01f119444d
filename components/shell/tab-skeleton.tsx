import { Card } from "#components/ui/card.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";

const rows = ["w-40", "w-52", "w-36", "w-48", "w-44"];

/** loading.tsx below a layout that has the page's header and tabs already. */
export function TabSkeleton() {
  return (
    <div className="flex flex-col gap-6">
      <p role="status" className="sr-only">
        Loading
      </p>
      <Skeleton className="h-5 w-40" />
      <Card className="overflow-hidden">
        {rows.map((width) => (
          <div key={width} className="flex h-14 items-center gap-6 border-b px-4 last:border-0">
            <Skeleton className={`h-4 ${width}`} />
            <Skeleton className="ml-auto h-4 w-20" />
          </div>
        ))}
      </Card>
    </div>
  );
}
