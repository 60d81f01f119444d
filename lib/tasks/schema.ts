import { z } from "zod";
import { jsonObject } from "#lib/core/json.ts";
import { pageQuery, searchText } from "#lib/core/page.ts";
import { callToolResult } from "#lib/tools/schema.ts";

/** What a task can be; the last three are for ever. */
export const taskStatuses = [
  "working",
  "input_required",
  "completed",
  "failed",
  "cancelled",
] as const;

/** A long call of a tool as it stands in a list. */
export const task = z
  .object({
    task_id: z.string(),
    tenant_id: z.string(),
    tool_id: z.string(),
    mcp_name: z.string().meta({ description: "The name that MCP clients call the tool by." }),
    status: z.enum(taskStatuses),
    status_message: z
      .string()
      .nullable()
      .meta({ description: "What the tool last said of its progress, or why it ended." }),
    is_error: z
      .boolean()
      .nullable()
      .meta({ description: "Of a completed one: whether its result is an error of the tool." }),
    principal_type: z.string(),
    principal_id: z.string().meta({ description: "Who made it." }),
    request_id: z.string(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    ended_at: z.iso.datetime().nullable(),
    expires_at: z.iso.datetime().meta({ description: "When it is removed." }),
    ttl_ms: z.int(),
    poll_interval_ms: z.int(),
  })
  .meta({ id: "Task" });

export type Task = z.output<typeof task>;

/** Why a task failed: a problem of ours, as the call itself would have answered it. */
export const taskError = z.object({ code: z.string(), detail: z.string() });

export type TaskError = z.output<typeof taskError>;

/** One question that a task waits for the answer of: a request as MCP's server would send it. */
const inputRequest = z.object({ method: z.string(), params: jsonObject.optional() });

export const taskDetail = task
  .extend({
    arguments: jsonObject,
    input_requests: z
      .record(z.string(), inputRequest)
      .nullable()
      .meta({ description: "What it waits for, by the keys that the answers take." }),
    result: callToolResult.nullable(),
    error: taskError.nullable(),
  })
  .meta({ id: "TaskDetail" });

export type TaskDetail = z.output<typeof taskDetail>;

export const taskQuery = pageQuery.extend({
  status: z.enum(taskStatuses).optional(),
  search: searchText.meta({ description: "Tasks with this in their tool's name or their id." }),
});

export type TaskQuery = z.output<typeof taskQuery>;

export const updateTaskInput = z.object({
  input_responses: jsonObject.meta({
    description: "Answers by the keys of `input_requests`; others are ignored.",
  }),
});

export type UpdateTaskInput = z.input<typeof updateTaskInput>;
