import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import findMyWay from "find-my-way";
import { env } from "#lib/core/env.ts";
import { AppError } from "#lib/core/errors.ts";
import { corsHeaders } from "./origin.ts";
import { type ApiRoute, type RouteMethod, routeMethods } from "./registry.ts";
import { problemResponse, type RouteContext, type RouteHandler, requestIdOf } from "./route.ts";

interface Match {
  handler: RouteHandler;
  params: Record<string, string>;
}

type Answer = (request: Request, context: RouteContext) => Response | Promise<Response>;

const pending = Symbol("pending");
type Incoming = IncomingMessage & {
  [pending]?: { answer: Answer; params: RouteContext["params"] };
};

/** The client's address: the socket's, or the first of X-Forwarded-For behind a trusted proxy. */
export function clientAddress(request: IncomingMessage): string | null {
  if (env().TAUSESTACK_TRUST_PROXY) {
    const forwarded = request.headers["x-forwarded-for"];
    const first = (Array.isArray(forwarded) ? forwarded[0] : forwarded)?.split(",")[0]?.trim();
    if (first) return first;
  }
  return request.socket.remoteAddress ?? null;
}

const listen = getRequestListener(
  (request, bindings) => {
    const incoming = bindings.incoming as Incoming;
    const work = incoming[pending];
    if (!work) throw new Error("A request came without its route");
    return work.answer(request, {
      ...(work.params ? { params: work.params } : {}),
      ip: clientAddress(incoming),
    });
  },
  {
    // Its own Response, which keeps a text body as text, halves the cost of an answer.
    overrideGlobalObjects: true,
    errorHandler: (error) => problemResponse(error, "unknown", new Request("http://localhost/")),
  },
);

function isRouteMethod(method: string): method is RouteMethod {
  return (routeMethods as readonly string[]).includes(method);
}

function methodsOf(handlers: ApiRoute["handlers"]): string[] {
  const methods = Object.keys(handlers);
  return [...(methods.includes("GET") ? [...methods, "HEAD"] : methods), "OPTIONS"];
}

function optionsAnswer(allow: string): Answer {
  return (request) =>
    new Response(null, {
      status: 204,
      headers: { allow, ...corsHeaders(request.headers.get("origin")) },
    });
}

function notAllowed(allow: string): Answer {
  return (request) => {
    const detail = `${request.method} is not possible here; ${allow} are.`;
    const error = new AppError("method_not_allowed", detail);
    const response = problemResponse(error, requestIdOf(request), request);
    response.headers.set("allow", allow);
    return response;
  };
}

/** Answers an address that no route has, where there are no pages either. */
export function noPages(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer: Answer = (asked) =>
    problemResponse(
      new AppError("not_found", "There is nothing at this address."),
      requestIdOf(asked),
      asked,
    );
  (request as Incoming)[pending] = { answer, params: undefined };
  return listen(request, response);
}

const badAddress: Answer = (request) =>
  problemResponse(
    new AppError("invalid_request", "The address is not valid: check its %-escapes."),
    requestIdOf(request),
    request,
  );

/**
 * The direct lane: answers requests to the API's addresses, without Next's router.
 * The function returned is false for any other address.
 */
export function createApiLane(
  routes: ApiRoute[],
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const router = findMyWay({
    ignoreTrailingSlash: true,
    maxParamLength: 2000,
    onBadUrl: () => undefined,
  });
  for (const { path, handlers } of routes) {
    const pattern = path.replaceAll(/\{(.+?)\}/g, ":$1");
    router.on("GET", pattern, () => undefined, handlers);
  }

  function matchOf(
    method: string,
    url: string,
  ): { answer: Answer; params: Match["params"] } | null {
    const end = url.indexOf("?");
    const path = end === -1 ? url : url.slice(0, end);
    const found = router.find("GET", path);
    if (!found) return null;
    const handlers = found.store as ApiRoute["handlers"] | null;
    const params = found.params as Match["params"];
    if (handlers === null) return { answer: badAddress, params: {} };
    const wanted = method === "HEAD" ? "GET" : method;
    const handler = isRouteMethod(wanted) ? handlers[wanted] : undefined;
    if (handler) return { answer: handler, params };
    const allow = methodsOf(handlers).join(", ");
    return { answer: method === "OPTIONS" ? optionsAnswer(allow) : notAllowed(allow), params };
  }

  return (request, response) => {
    const match = matchOf(request.method ?? "GET", request.url ?? "/");
    if (!match) return false;
    const params = Promise.resolve(match.params);
    (request as Incoming)[pending] = { answer: match.answer, params };
    response.setHeader("x-content-type-options", "nosniff");
    void listen(request, response);
    return true;
  };
}
