import { Badge } from "#components/ui/badge.tsx";
import type { Task } from "#lib/tasks/schema.ts";

const labels = {
  working: "Running",
  input_required: "Waits for input",
  completed: "Completed",
  failed: "Failed",
  cancelled: "Cancelled",
} as const;

const tones = {
  working: "accent",
  input_required: "warning",
  completed: "success",
  failed: "danger",
  cancelled: "neutral",
} as const;

/** What the filter offers. */
export const statusOptions = Object.entries(labels).map(([value, label]) => ({ value, label }));

/** A task's state; a tool that failed has ended its task all the same. */
export function TaskStatus({ task }: { task: Pick<Task, "status" | "is_error"> }) {
  const failed = task.is_error === true;
  return (
    <Badge tone={failed ? "danger" : tones[task.status]} dot>
      {failed ? "The tool failed" : labels[task.status]}
    </Badge>
  );
}

export function isRunning({ status }: Pick<Task, "status">): boolean {
  return status === "working" || status === "input_required";
}
