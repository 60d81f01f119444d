import type { CallToolResult, Tool } from "@modelcontextprotocol/server";
import { z } from "zod";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { parse } from "#lib/core/parse.ts";
import type { Permission } from "#lib/core/permissions.ts";
import type { DriverUse } from "#lib/resources/use/usable.ts";
import type { ToolClient, ToolOutcome } from "#lib/tools/calls/client.ts";
import { withConfirmation } from "#lib/tools/calls/confirmation.ts";
import { invalidArguments, ToolError, toErrorResult } from "#lib/tools/calls/tool-error.ts";

/** A tool that the platform itself gives to the agents of every tenant. */
export interface BuiltIn {
  listed: Tool;
  /** Who lacks it does not see the tool. */
  permission: Permission;
  /** Who has no resource to use so does not see it either. */
  use?: DriverUse | undefined;
  /** What destroys something waits for the user's word, where the client can ask. */
  run(ctx: Ctx, args: JsonObject, client: ToolClient): Promise<ToolOutcome>;
}

interface Declaration<S extends z.ZodObject> {
  name: string;
  title: string;
  description: string;
  permission: Permission;
  use?: DriverUse;
  annotations: NonNullable<Tool["annotations"]>;
  input: S;
  /** Which calls wait for the user's word; absent: all, where `destructiveHint` says so. */
  asks?(args: z.output<S>): boolean;
  /** Answers a JSON object, or a whole result where content says more. */
  run(ctx: Ctx, args: z.output<S>, signal: AbortSignal): Promise<object>;
}

function isResult(answer: object): answer is CallToolResult {
  return "content" in answer && Array.isArray(answer.content);
}

function toResult(answer: object): CallToolResult {
  if (isResult(answer)) return answer;
  const structuredContent = answer as Record<string, unknown>;
  return { content: [{ type: "text", text: JSON.stringify(answer) }], structuredContent };
}

/** What the caller can change is a result that it reads; what it may not do is an error. */
function toFailure(error: unknown, name: string): CallToolResult {
  if (error instanceof ToolError) return toErrorResult(error) as CallToolResult;
  if (!(error instanceof AppError) || error.status >= 500) throw error;
  if (error.code === "insufficient_scope" || error.code === "rate_limited") throw error;
  const failure =
    error.code === "invalid_request" && error.errors
      ? invalidArguments(name, error.errors)
      : new ToolError("handler_failed", error.message);
  return toErrorResult(failure) as CallToolResult;
}

/** Makes a built-in tool of a verb; its arguments are checked by `input`, which also is its schema. */
export function builtIn<S extends z.ZodObject>(declared: Declaration<S>): BuiltIn {
  const { name, title, description, permission, use, annotations, input, run } = declared;
  const asks = declared.asks ?? (() => annotations.destructiveHint === true);
  const inputSchema = z.toJSONSchema(input, {
    io: "input",
    unrepresentable: "any",
  }) as Tool["inputSchema"];
  return {
    permission,
    use,
    listed: {
      name,
      title,
      description,
      inputSchema,
      annotations: { openWorldHint: false, ...annotations },
    },
    async run(ctx, args, client) {
      try {
        authorize(ctx, permission);
        const valid = parse(input, args);
        const signal = client.signal ?? new AbortController().signal;
        const answer = async () => toResult(await run(ctx, valid, signal));
        return asks(valid) ? await withConfirmation(title, args, client, answer) : await answer();
      } catch (error) {
        return toFailure(error, name);
      }
    },
  };
}
