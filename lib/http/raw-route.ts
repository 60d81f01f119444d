import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { logContext } from "#lib/core/log.ts";
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

/** A route of a protocol of its own: it reads the body and makes the answer itself. */
export interface RawRouteSpec {
  summary: string;
  /** `path`: the tenant is `params.tenant_id`. Default: header, query, credential. */
  tenantFrom?: "path";
  /** Throws for a request that must not even be authenticated. */
  guard?(request: Request): void;
  run(ctx: Ctx, input: { request: Request }): Promise<Response>;
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
    const { tenant_id } = (await context.params) ?? {};
    const caller = { requestId, ip: context.ip ?? null };
    const inPath = spec.tenantFrom === "path";
    const named = inPath ? { named: tenantInPath(request, search, String(tenant_id)) } : {};
    const { ctx, headers } = await admit(request, search, { ...caller, ...named });
    const response = await spec.run(ctx, { request });
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
        problemResponse(error, requestId, request),
      ),
    );
  }
  const { summary, run } = spec;
  const declared: RouteSpec<"tenant"> = { scope: "tenant", summary, run };
  return Object.assign(handler, { spec: declared as unknown as RouteSpec });
}
