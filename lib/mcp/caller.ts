import type { AuthInfo, ServerContext } from "@modelcontextprotocol/server";
import type { Ctx } from "#lib/core/ctx.ts";

/** The caller, as the SDK carries it from the HTTP request to the handlers of its messages. */
export function authInfoOf(ctx: Ctx): AuthInfo {
  return { token: "", clientId: ctx.principal.id, scopes: [], extra: { caller: ctx } };
}

/** The caller of the message that is being handled. */
export function callerOf({ http }: ServerContext): Ctx {
  const caller = http?.authInfo?.extra?.caller;
  if (!caller) throw new Error("The request was not admitted");
  return caller as Ctx;
}
