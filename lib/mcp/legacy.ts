import {
  isInitializeRequest,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import type { Ctx } from "#lib/core/ctx.ts";
import { isJsonObject } from "#lib/core/json.ts";
import { authInfoOf } from "./caller.ts";
import { serverFor } from "./server.ts";
import { findSession, hasSessions, openSession, serveSession } from "./sessions.ts";

/** Progress goes ahead of the answer, so it needs a stream; a plain answer is cheaper as JSON. */
function wantsProgress(body: unknown): boolean {
  const { params } = isJsonObject(body) ? body : {};
  const { _meta } = isJsonObject(params) ? params : {};
  return isJsonObject(_meta) && _meta.progressToken !== undefined;
}

/** Serves 2024-11-05 to 2025-11-25 without a session: one server a request, which ends with it. */
async function serveOnce(ctx: Ctx, request: Request, body: unknown): Promise<Response> {
  const server = await serverFor(ctx, "legacy");
  const transport = new WebStandardStreamableHTTPServerTransport({
    enableJsonResponse: !wantsProgress(body),
  });
  await server.connect(transport);
  const { signal } = request;
  const gone = Promise.withResolvers<Response>();
  const leave = () => {
    // Ends what still runs; the status is for the log, since nobody reads the answer.
    void server.close();
    gone.resolve(new Response(null, { status: 499 }));
  };
  signal.addEventListener("abort", leave, { once: true });
  if (signal.aborted) leave();
  const authInfo = authInfoOf(ctx);
  return Promise.race([
    transport.handleRequest(request, { parsedBody: body, authInfo }),
    gone.promise,
  ]);
}

/** Serves a legacy client's message that names no session; `initialize` may open one. */
export async function serveLegacy(
  ctx: Ctx,
  request: Request,
  body: unknown,
  recheck: () => Promise<void>,
): Promise<Response> {
  const opened = isInitializeRequest(body) && hasSessions() ? await openSession(ctx) : null;
  // It was idle until now, so that one of a crowd may have taken its room.
  const session = opened && findSession(ctx, opened.id);
  if (session) return serveSession(session, ctx, request, body, recheck);
  return serveOnce(ctx, request, body);
}
