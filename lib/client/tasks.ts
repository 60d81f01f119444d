import { type TaskDetail, taskDetail } from "#lib/tasks/schema.ts";
import { callApi, pathOf } from "./api.ts";

/** One task with its arguments and outcome. */
export function getTask(tenantId: string, taskId: string): Promise<TaskDetail> {
  return callApi({ path: pathOf("tasks", taskId), tenantId, response: taskDetail });
}

/** Cancels a task; one that has ended stays as it is. */
export function cancelTask(tenantId: string, taskId: string): Promise<TaskDetail> {
  const path = pathOf("tasks", taskId, "cancel");
  return callApi({ method: "POST", path, tenantId, response: taskDetail });
}
