"use client";

import { useQuery } from "@tanstack/react-query";
import { Eye } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { Alert } from "#components/ui/alert.tsx";
import { Button } from "#components/ui/button.tsx";
import {
  Dialog,
  DialogContent,
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
  DialogTrigger,
} from "#components/ui/dialog.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { cancelTask, getTask } from "#lib/client/tasks.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { Task } from "#lib/tasks/schema.ts";
import { TaskDetails } from "./task-details.tsx";
import { isRunning } from "./task-status.tsx";

type TaskDialogProps = { task: Task };

/** The button of a row, and all that is known of that task, live while it runs. */
export function TaskDialog({ task }: TaskDialogProps) {
  const [open, setOpen] = useState(false);
  const name = `${task.mcp_name} of ${task.created_at}`;
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button variant="ghost" size="icon-sm" aria-label={`Details of ${name}`}>
          <Eye aria-hidden />
        </Button>
      </DialogTrigger>
      <DialogContent className="max-w-3xl" toRead>
        <DialogHeader>
          <DialogTitle>{task.mcp_name}</DialogTitle>
          <DialogDescription className="font-mono text-xs [overflow-wrap:anywhere]">
            {task.task_id}
          </DialogDescription>
        </DialogHeader>
        {open && <OpenTask listed={task} />}
      </DialogContent>
    </Dialog>
  );
}

const everyMs = 2_000;

function OpenTask({ listed: { tenant_id, task_id, mcp_name } }: { listed: Task }) {
  const { data: task, error } = useQuery({
    queryKey: ["task", tenant_id, task_id],
    queryFn: () => getTask(tenant_id, task_id),
    refetchInterval: ({ state }) => (state.data && isRunning(state.data) ? everyMs : false),
  });
  const cancel = useChange(() => cancelTask(tenant_id, task_id));

  async function confirm() {
    try {
      const { status } = await cancel.mutateAsync(undefined);
      if (status === "cancelled") toast.success(`${mcp_name} is cancelled`);
      else toast.info(`${mcp_name} had ended already`);
    } catch (failure) {
      toast.error(toFailure(failure).detail);
    }
  }

  if (error && !task) {
    return (
      <Alert tone="danger" title="The task cannot be shown">
        {toFailure(error).detail}
      </Alert>
    );
  }
  if (!task) return <Skeleton className="h-64" />;
  return (
    <>
      <TaskDetails task={task} />
      {isRunning(task) && (
        <DialogFooter>
          <Button variant="destructive" pending={cancel.isPending} onClick={() => void confirm()}>
            Cancel task
          </Button>
        </DialogFooter>
      )}
    </>
  );
}
