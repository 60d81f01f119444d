import type { z } from "zod";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { logContext } from "#lib/core/log.ts";
import type { Permission } from "#lib/core/permissions.ts";
import type { Problem } from "#lib/core/problem.ts";
import { namedTenant } from "./authenticate.ts";
import { corsHeaders } from "./origin.ts";
import {
  admit,
  problemResponse,
  type RouteContext,
  type RouteHandler,
  type RouteSpec,
  requestIdOf,
} from "./route.ts";

/** What an error of ours looks like where a protocol has a shape of its own. */
export interface ErrorShape {
  schema: z.ZodType;
  shape(problem: Problem, request: Request): unknown;
}

/** A route of a protocol of its own: it reads the body and makes the answer itself. */
export interface RawRouteSpec {
  summary: string;
  /** `path`: the tenant is `params.tenant_id`. Default: header, query, credential. */
  tenantFrom?: "path";
  permission?: Permission;
  /** What the body looks like, for the API's description; `run` reads it. */
  body?: z.ZodType;
  /** The body of an error, where the protocol has a shape of its own. Default: a problem document. */
  error?: ErrorShape;
  /** Throws for a request that must not even be authenticated. */
  guard?(request: Request): void;
  run(ctx: Ctx, input: { request: Request; params: Record<string, string> }): Promise<Response>;
}

/** The tenant in the path; a header or query that names another one is a mistake, not a wish. */
function tenantInPath(request: Request, search: URLSearchParams, tenantId: string): string {
  const named = namedTenant(request, search);
  if (named === null || named === tenantId) return tenantId;
  throw new AppError("wrong_tenant", "The request names another tenant than its address does.");
}

/**
 * Makes a route handler that shares `route()`'s admission (request id, authentication, tenant,
 * rate limit) and its problem documents, and leaves the rest to `run`.
 */
export function rawRoute(spec: RawRouteSpec): RouteHandler {
  async function handle(request: Request, context: RouteContext, requestId: string) {
    spec.guard?.(request);
    const at = request.url.indexOf("?");
    const search = new URLSearchParams(at === -1 ? "" : request.url.slice(at));
    const params = ((await context.params) ?? {}) as Record<string, string>;
    const caller = { requestId, ip: context.ip ?? null };
    const inPath = spec.tenantFrom === "path";
    const named = inPath ? { named: tenantInPath(request, search, String(params.tenant_id)) } : {};
    const { ctx, headers } = await admit(request, search, { ...caller, ...named });
    if (spec.permission) authorize(ctx, spec.permission);
    const response = await spec.run(ctx, { request, params });
    const origin = corsHeaders(request.headers.get("origin"));
    const ours = { "x-request-id": requestId, ...headers, ...origin };
    for (const [name, value] of Object.entries(ours)) response.headers.set(name, value);
    if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store");
    return response;
  }

  function handler(request: Request, context: RouteContext): Promise<Response> {
    const requestId = requestIdOf(request);
    return logContext.run({ requestId }, () =>
      handle(request, context, requestId).catch((error: unknown) =>
        problemResponse(error, requestId, request, spec.error?.shape),
      ),
    );
  }
  const { summary, permission, body, error } = spec;
  const declared: Omit<RouteSpec<"tenant">, "run"> = {
    ...{ scope: "tenant", summary },
    ...(permission ? { permission } : {}),
    ...(body ? { body } : {}),
    ...(error ? { error: error.schema } : {}),
  };
  return Object.assign(handler, { spec: declared as unknown as RouteSpec });
}
