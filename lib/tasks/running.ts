import { randomText } from "#lib/core/ids.ts";
import { singleton } from "#lib/core/singleton.ts";

/** Topic of the notice that a task is cancelled; its key is the task's id. */
export const cancelTopic = "task.cancel";

/** A task that this process is running. */
export interface Running {
  tenantId: string;
  controller: AbortController;
  /** Resolves when its outcome is written, or is no longer ours to write. */
  done: Promise<void>;
}

interface Process {
  /** Names this process in `tasks.owner`. */
  owner: string;
  running: Map<string, Running>;
}

const self = singleton<Process>("tasks.process", () => ({
  owner: randomText(22),
  running: new Map(),
}));

export const { owner, running } = self;

/** Ends a task's run if it is in this process; what it still answers is dropped. */
export function stopHere(taskId: string): void {
  running.get(taskId)?.controller.abort();
}
