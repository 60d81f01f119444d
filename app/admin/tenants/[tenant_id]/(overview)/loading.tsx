import { StatGrid } from "#components/shell/stat-card.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";

export default function Loading() {
  return (
    <div className="flex flex-col gap-6">
      <p role="status" className="sr-only">
        Loading
      </p>
      <Skeleton className="h-9 w-72 max-w-full" />
      <StatGrid>
        {["calls", "tools", "errors", "p95"].map((name) => (
          <Skeleton key={name} className="h-24 rounded-lg" />
        ))}
      </StatGrid>
      <div className="grid gap-4 lg:grid-cols-2">
        <Skeleton className="h-80 rounded-lg" />
        <Skeleton className="h-80 rounded-lg" />
      </div>
    </div>
  );
}
