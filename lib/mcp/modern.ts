import { createMcpHandler } from "@modelcontextprotocol/server";
import type { Ctx } from "#lib/core/ctx.ts";
import { log } from "#lib/core/log.ts";
import { authInfoOf } from "./caller.ts";
import { serverFor } from "./server.ts";

export const modernRevision = "2026-07-28";

const handler = createMcpHandler(
  ({ authInfo }) => {
    const caller = authInfo?.extra?.caller as Ctx | undefined;
    if (!caller) throw new Error("The request was not admitted");
    return serverFor(caller, "modern");
  },
  {
    legacy: "reject",
    // Subscriptions have a bus of their own each (streams.ts).
    maxSubscriptions: 0,
    onerror: (err) => log.debug({ err }, "an MCP request was refused"),
  },
);

/** Serves the current revision, one server a request; `body` is undefined where it is no JSON. */
export function serveModern(ctx: Ctx, request: Request, body: unknown): Promise<Response> {
  return handler.fetch(request, {
    authInfo: authInfoOf(ctx),
    ...(body === undefined ? {} : { parsedBody: body }),
  });
}
