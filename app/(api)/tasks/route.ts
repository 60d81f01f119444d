import { z } from "zod";
import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { task, taskQuery } from "#lib/tasks/schema.ts";
import { listTasks } from "#lib/tasks/service.ts";

export const GET = route({
  scope: "tenant",
  permission: "tools:read",
  summary: "List the tenant's tasks, the newest first",
  query: taskQuery,
  response: z.array(task),
  run: async (ctx, { query, request }) => paged(request, await listTasks(ctx, query)),
});
