import type { ServerContext } from "@modelcontextprotocol/server";
import type { Ctx } from "#lib/core/ctx.ts";
import { callerOf } from "./caller.ts";
import { toProtocolError } from "./errors.ts";

/**
 * Makes a message's handler of a verb: its caller is who sent the message, and what it throws is
 * a JSON-RPC error.
 */
export function handle<R, A>(
  run: (ctx: Ctx, request: R, context: ServerContext) => Promise<A>,
): (request: R, context: ServerContext) => Promise<A> {
  return async (request, context) => {
    const ctx = callerOf(context);
    try {
      return await run(ctx, request, context);
    } catch (error) {
      throw toProtocolError(error, ctx.requestId);
    }
  };
}
