import { route } from "#lib/http/route.ts";
import { taskDetail } from "#lib/tasks/schema.ts";
import { getTask } from "#lib/tasks/service.ts";

export const GET = route({
  scope: "tenant",
  permission: "tools:read",
  summary: "Read a task with its outcome; another's needs audit:read",
  response: taskDetail,
  run: (ctx, { params }) => getTask(ctx, params.task_id ?? ""),
});
