import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, type FieldError } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { nestedOrigin } from "../calls/nested.ts";
import { invalidArguments, ToolError } from "../calls/tool-error.ts";
import { handlers } from "./handlers.ts";
import type { CallScope, Runtime } from "./runtime.ts";

function unknownHandler(name: string): ToolError {
  const known = [...handlers].map(([each, { about }]) => `internal:${each} (${about})`).join(", ");
  return new ToolError(
    "unknown_handler",
    `There is no handler "internal:${name}" here, and no code tool of that name, so the tool cannot run. Known are ${known}.`,
  );
}

function toToolError(error: unknown, mcpName: string): unknown {
  if (!(error instanceof AppError)) return error;
  if (error.code !== "invalid_request") return new ToolError("handler_failed", error.message);
  const errors: FieldError[] = error.errors ?? [{ pointer: "", message: error.message }];
  return invalidArguments(mcpName, errors);
}

/** A code tool of the tenant's own of that MCP name, for its caller; it stands in the ledger too. */
async function callOwn(ctx: Ctx, mcpName: string, args: JsonObject, scope: CallScope) {
  const call = { mcpName, arguments: args, kind: "code" } as const;
  return scope.callTool(ctx, call, nestedOrigin(scope)).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "not_found") throw unknownHandler(mcpName);
    throw error;
  });
}

/** A tool that our own code runs, or else a code tool of the tenant's, by the name after `internal:`. */
export const internalRuntime: Runtime = ({ mcpName, config }) => {
  const name = String(config.implementation).slice("internal:".length);
  const found = handlers.get(name);
  return async (ctx, args, scope) => {
    if (!found) return callOwn(ctx, name, args, scope);
    try {
      return await found.run(ctx, args, scope.client);
    } catch (error) {
      throw toToolError(error, mcpName);
    }
  };
};
