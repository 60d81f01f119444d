import {
  type InputRequiredResult,
  MissingRequiredClientCapabilityError,
  type Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Ctx } from "#lib/core/ctx.ts";
import type { ErrorCode } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import type { Task, TaskDetail } from "#lib/tasks/schema.ts";
import { cancelOwnTask, getOwnTask, updateTask } from "#lib/tasks/service.ts";
import { startTask } from "#lib/tasks/start.ts";
import { findTraits } from "#lib/tasks/traits.ts";
import { mayCall } from "#lib/tools/governance/visibility.ts";
import type { ToolCall } from "#lib/tools/runtimes/runtime.ts";
import { rpcCodeOf } from "./errors.ts";
import { handle } from "./handle.ts";
import { asking } from "./request-state.ts";
import { capabilitiesOf, toolClientOf } from "./tool-client.ts";

/** The Tasks extension (SEP-2663), which the current revision alone has. */
export const tasksExtension = "io.modelcontextprotocol/tasks";

/** Whether this very request says that its client knows tasks. */
function knowsTasks(server: Server, context: ServerContext): boolean {
  return capabilitiesOf(server, context)?.extensions?.[tasksExtension] !== undefined;
}

function missingExtension(what: string): MissingRequiredClientCapabilityError {
  return new MissingRequiredClientCapabilityError(
    { requiredCapabilities: { extensions: { [tasksExtension]: {} } } },
    `${what} needs a client that declares the extension ${tasksExtension}.`,
  );
}

function toWire(task: Task): JsonObject {
  return {
    taskId: task.task_id,
    status: task.status,
    ...(task.status_message === null ? {} : { statusMessage: task.status_message }),
    createdAt: task.created_at,
    lastUpdatedAt: task.updated_at,
    ttlMs: task.ttl_ms,
    pollIntervalMs: task.poll_interval_ms,
  };
}

/** The task with what its status brings along: the result, the error or the open questions. */
function toDetailedWire(server: Server, task: TaskDetail): JsonObject {
  const { result, error, input_requests } = task;
  return {
    ...toWire(task),
    ...(result ? { result: server.projectCallToolResult(result, undefined) } : {}),
    ...(error
      ? {
          error: {
            code: rpcCodeOf(error.code as ErrorCode),
            message: error.detail,
            data: { code: error.code, request_id: task.request_id },
          },
        }
      : {}),
    ...(input_requests ? { inputRequests: input_requests } : {}),
  };
}

/**
 * Runs a `tools/call` as a task where the tool and its client are for it; null: it is to run at
 * once. Throws -32021 for a tool that is always a task, to a client that knows none.
 */
export async function callAsTask(
  server: Server,
  ctx: Ctx,
  call: ToolCall & { mcpName: string },
  context: ServerContext,
): Promise<JsonObject | InputRequiredResult | null> {
  const traits = await findTraits(ctx.tenantId, call.mcpName);
  if (!traits || traits.taskSupport === "forbidden") return null;
  // Not granted: the call says so, as for a tool that is not there.
  if (!(await mayCall(ctx, traits.toolId))) return null;
  if (!knowsTasks(server, context)) {
    if (traits.taskSupport === "optional") return null;
    throw missingExtension(`The tool ${call.mcpName} runs as a task alone, which`);
  }
  const { capabilities, inputResponses, requestState } = toolClientOf(
    server,
    context,
    call.mcpName,
  );
  const started = await startTask(ctx, { ...call, capabilities, inputResponses, requestState });
  if ("asks" in started) return asking(context, call.mcpName, started.asks);
  return { resultType: "task", ...toWire(started.task) };
}

const params = z.object({ taskId: z.string() });

/** The methods of the extension; its notifications are optional, and the SDK's streams have none. */
export function serveTasks(server: Server): void {
  const serve = (
    method: string,
    run: (ctx: Ctx, taskId: string, context: ServerContext) => Promise<JsonObject>,
  ) =>
    server.setRequestHandler(
      method,
      { params },
      handle((ctx, { taskId }, context) => {
        if (!knowsTasks(server, context)) throw missingExtension(method);
        return run(ctx, taskId, context);
      }),
    );
  serve("tasks/get", async (ctx, id) => toDetailedWire(server, await getOwnTask(ctx, id)));
  serve("tasks/update", async (ctx, id, { mcpReq }) => {
    // The SDK takes the answers out of the params.
    await updateTask(ctx, id, { input_responses: mcpReq.inputResponses ?? {} });
    return {};
  });
  serve("tasks/cancel", async (ctx, id) => {
    await cancelOwnTask(ctx, id);
    return {};
  });
}
