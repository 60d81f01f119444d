"use client";

import { formatValue } from "#components/ui/format.ts";
import { useHydrated } from "#components/ui/use-hydrated.ts";
import type { Task } from "#lib/tasks/schema.ts";

type TaskDurationProps = { task: Pick<Task, "created_at" | "ended_at"> };

/** How long a task took, or has taken so far by the browser's clock. */
export function TaskDuration({ task: { created_at, ended_at } }: TaskDurationProps) {
  const hydrated = useHydrated();
  if (ended_at === null && !hydrated) return <span className="text-muted-foreground">–</span>;
  const end = ended_at === null ? Date.now() : Date.parse(ended_at);
  const ms = Math.max(end - Date.parse(created_at), 0);
  return (
    <span className="whitespace-nowrap tabular-nums">
      {formatValue(ms < 1000 ? ms : Math.round(ms / 100) * 100, "ms")}
      {ended_at === null && <span className="text-muted-foreground"> so far</span>}
    </span>
  );
}
