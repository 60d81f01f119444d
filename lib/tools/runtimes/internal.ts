import { AppError, type FieldError } from "#lib/core/errors.ts";
import { invalidArguments, ToolError } from "../tool-error.ts";
import { handlers } from "./handlers.ts";
import type { Runtime } from "./runtime.ts";

function unknownHandler(name: string): ToolError {
  const known = [...handlers].map(([each, { about }]) => `internal:${each} (${about})`).join(", ");
  return new ToolError(
    "unknown_handler",
    `There is no handler "internal:${name}" here, so the tool cannot run. Known are ${known}.`,
  );
}

function toToolError(error: unknown, mcpName: string): unknown {
  if (!(error instanceof AppError)) return error;
  if (error.code !== "invalid_request") return new ToolError("handler_failed", error.message);
  const errors: FieldError[] = error.errors ?? [{ pointer: "", message: error.message }];
  return invalidArguments(mcpName, errors);
}

/** A tool that our own code runs, by the name after `internal:`. */
export const internalRuntime: Runtime = ({ mcpName, config }) => {
  const name = String(config.implementation).slice("internal:".length);
  const found = handlers.get(name);
  return async (ctx, args, { client }) => {
    if (!found) throw unknownHandler(name);
    try {
      return await found.run(ctx, args, client);
    } catch (error) {
      throw toToolError(error, mcpName);
    }
  };
};
