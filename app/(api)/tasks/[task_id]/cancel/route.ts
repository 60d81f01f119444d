import { route } from "#lib/http/route.ts";
import { taskDetail } from "#lib/tasks/schema.ts";
import { cancelTask } from "#lib/tasks/service.ts";

export const POST = route({
  scope: "tenant",
  permission: "tools:call",
  summary: "Cancel a task; another's needs tools:write",
  response: taskDetail,
  run: (ctx, { params }) => cancelTask(ctx, params.task_id ?? ""),
});
