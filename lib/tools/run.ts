import type { Ctx } from "#lib/core/ctx.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { isInputRequired, type ToolClient, type ToolOutcome } from "./client.ts";
import type { InputSchema } from "./parameters.ts";
import { runtimes } from "./runtimes/index.ts";
import type { Invoke, RunnableTool } from "./runtimes/runtime.ts";
import type { RuntimeKind } from "./schema.ts";
import { invalidArguments, ToolError, type ToolErrorCode, toErrorResult } from "./tool-error.ts";
import { type Validator, validatorOf } from "./validator.ts";

/** What a call came to; `errorCode` is there when the result is an error. */
export interface Outcome {
  result: ToolOutcome;
  errorCode?: ToolErrorCode;
}

/** Checks the arguments, fills in defaults and runs the tool. Errors of ours alone are thrown. */
export type Run = (ctx: Ctx, args: JsonObject, client: ToolClient) => Promise<Outcome>;

/** REST hears nothing but the result, so what a tool would ask it is told to ask elsewhere. */
function answerable(outcome: ToolOutcome, client: ToolClient, mcpName: string): ToolOutcome {
  if (!isInputRequired(outcome) || client.capabilities !== null) return outcome;
  const asked = Object.values(outcome.inputRequests).map(({ method }) => method);
  throw new ToolError(
    "needs_client",
    `The tool ${mcpName} asks its client (${[...new Set(asked)].join(", ")}) and this one cannot be asked. Call it from an MCP client that supports that.`,
  );
}

function failed(error: ToolError): Outcome {
  return { result: toErrorResult(error), errorCode: error.code };
}

/** For a tool that cannot run here: every call says why. */
export function refusalOf(mcpName: string, kind: "code" | null): Run {
  const reason =
    kind === "code"
      ? "its implementation is code, which is not supported yet"
      : "it has no implementation";
  const text = `The tool ${mcpName} cannot run: ${reason}. Register it again with an https:// address or internal:<name> as config.implementation.`;
  const outcome = failed(new ToolError("not_runnable", text));
  return () => Promise.resolve(outcome);
}

/** How to run a tool; its schema is compiled and its config read at the first call. */
export function runOf(kind: RuntimeKind, tool: RunnableTool, schema: InputSchema): Run {
  let made: { validate: Validator; invoke: Invoke } | undefined;
  return async (ctx, given, client) => {
    try {
      made ??= { validate: validatorOf(schema), invoke: runtimes[kind](tool) };
      const checked = made.validate(given);
      if ("errors" in checked) throw invalidArguments(tool.mcpName, checked.errors);
      const outcome = await made.invoke(ctx, checked.args, client);
      return { result: answerable(outcome, client, tool.mcpName) };
    } catch (error) {
      if (error instanceof ToolError) return failed(error);
      throw error;
    }
  };
}
