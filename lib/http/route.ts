import type { z } from "zod";
import { authorize } from "#lib/core/authorize.ts";
import type { CallerCtx, Ctx, PlatformCtx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { uuidv7 } from "#lib/core/ids.ts";
import { type LogContext, log, logContext } from "#lib/core/log.ts";
import { parse } from "#lib/core/parse.ts";
import type { Permission } from "#lib/core/permissions.ts";
import { type Problem, toProblem } from "#lib/core/problem.ts";
import { identify, namedTenant, resolveTenant } from "./authenticate.ts";
import { readJson } from "./body.ts";
import { corsHeaders, publicUrl } from "./origin.ts";
import { RateLimited, takeTurn } from "./rate-limit.ts";
import { Reply } from "./reply.ts";

/** Whom a route answers: anyone, the deployment's own principals, or a caller inside a tenant. */
type Scope = "public" | "platform" | "tenant";

type CtxOf<S extends Scope> = S extends "tenant" ? Ctx : S extends "platform" ? PlatformCtx : null;
type Out<S> = S extends z.ZodType ? z.output<S> : undefined;

export interface RouteSpec<
  S extends Scope = Scope,
  B extends z.ZodType | undefined = z.ZodType | undefined,
  Q extends z.ZodType | undefined = z.ZodType | undefined,
> {
  scope: S;
  /**
   * `path`: the tenant is `params.tenant_id`, and one that the credential may not see answers the
   * same 404 as a missing one. Default: header, query, credential.
   */
  tenantFrom?: "path";
  /** What the caller must be allowed to do; the verb checks it again. */
  permission?: Permission;
  summary: string;
  body?: B;
  query?: Q;
  response?: z.ZodType;
  /** Status of success; 200 unless said. */
  status?: number;
  run(
    ctx: CtxOf<S>,
    input: { body: Out<B>; query: Out<Q>; params: Record<string, string>; request: Request },
  ): Promise<unknown>;
}

/** What the lane knows of the request besides its text. */
export interface RouteContext {
  params?: Promise<Record<string, string | string[] | undefined>>;
  /** The client's address; absent in the pages lane. */
  ip?: string | null;
}

export interface RouteHandler {
  (request: Request, context: RouteContext): Promise<Response>;
  spec: RouteSpec;
}

const requestIdForm = /^[\w.:-]{8,128}$/;

/** The caller's own request id where it sent a sound one, else a new one. */
export function requestIdOf(request: Request): string {
  const given = request.headers.get("x-request-id");
  return given !== null && requestIdForm.test(given) ? given : uuidv7();
}

/** What failed on our side with all that is known; what another side did, or was refused, in a line. */
function logProblem(error: unknown, { status, code, detail }: Problem): void {
  if (status >= 500 && !(error instanceof AppError))
    log.error({ err: error }, "the request failed");
  else if (status >= 500) log.warn({ code, detail }, "the request failed");
  else if (status === 401 || status === 403) log.info({ code }, "the request was refused");
}

/** Answers a thrown value as a problem document (RFC 9457), logging what the caller must not see. */
export function problemResponse(error: unknown, requestId: string, request: Request): Response {
  const problem = toProblem(error, requestId);
  logProblem(error, problem);
  const headers: Record<string, string> = {
    "content-type": "application/problem+json",
    "x-request-id": requestId,
    "cache-control": "no-store",
    ...corsHeaders(request.headers.get("origin")),
  };
  if (error instanceof AppError && error.retryAfterSeconds !== undefined) {
    headers["retry-after"] = String(error.retryAfterSeconds);
  }
  if (error instanceof RateLimited) Object.assign(headers, error.headers);
  if (problem.status === 401) {
    const reason = problem.code === "invalid_credential" ? ', error="invalid_token"' : "";
    headers["www-authenticate"] = `Bearer realm="${publicUrl()}"${reason}`;
  }
  if (problem.code === "insufficient_scope") {
    // RFC 6750, section 3.1; it is how MCP asks a client to come back with more scopes.
    const scope = typeof problem.scope === "string" ? `, scope="${problem.scope}"` : "";
    headers["www-authenticate"] =
      `Bearer realm="${publicUrl()}", error="insufficient_scope"${scope}`;
  }
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
}

function respond(
  result: unknown,
  status: number,
  headers: Record<string, string>,
  request: Request,
): Response {
  const reply = result instanceof Reply ? result : new Reply(result, { status });
  const empty = reply.status === 204 || reply.status === 304;
  return new Response(empty ? null : JSON.stringify(reply.body), {
    status: reply.status,
    headers: {
      "content-type": "application/json",
      "cache-control": "no-store",
      ...headers,
      ...corsHeaders(request.headers.get("origin")),
      ...reply.headers,
    },
  });
}

function parseBody<B extends z.ZodType>(schema: B, sent: unknown): z.output<B> {
  if (sent === undefined && !schema.safeParse(undefined).success) {
    throw new AppError("invalid_request", "Send the input as a JSON body.");
  }
  return parse(schema, sent);
}

function queryOf(search: URLSearchParams): Record<string, string> {
  return Object.fromEntries(search);
}

/** A caller acting on a tenant, as authentication and the tenant's limits leave it. */
export async function admit(
  request: Request,
  search: URLSearchParams,
  caller: {
    requestId: string;
    ip: string | null;
    /** The tenant that the address names, in the place of header and query. */
    named?: string;
    /** Answer a foreign tenant like a missing one. */
    hideForeign?: boolean;
  },
): Promise<{ ctx: Ctx; headers: Record<string, string> }> {
  const identity = await identify(request, caller.ip);
  const named = caller.named ?? namedTenant(request, search);
  if (caller.hideForeign && identity.tenantId !== null && identity.tenantId !== named) {
    throw notFound("tenant", named ?? "");
  }
  const { tenantId, snapshot } = await resolveTenant(identity, named);
  const store = logContext.getStore();
  if (store) Object.assign(store, { tenantId, principal: identity.principal.id });
  const { principal, permissions } = identity;
  const { requestId, ip } = caller;
  const ctx: Ctx = { requestId, ip, principal, permissions, tenantId };
  return { ctx, headers: await takeTurn(ctx, snapshot.requestsPerMinute) };
}

function withPathTenant<C extends object>(caller: C, params: Record<string, string>) {
  return { ...caller, named: params.tenant_id ?? "", hideForeign: true };
}

async function admitPlatform(request: Request, caller: Pick<CallerCtx, "requestId" | "ip">) {
  const identity = await identify(request, caller.ip);
  const { principal, permissions, tenantId } = identity;
  if (tenantId !== null) await resolveTenant(identity, tenantId);
  const store = logContext.getStore();
  if (store) store.principal = principal.id;
  const ctx: PlatformCtx = {
    ...caller,
    ...{ principal, permissions, platform: true, ownTenantId: tenantId },
  };
  return { ctx, headers: {} };
}

/**
 * Makes a route handler of a declaration: request id, authentication, tenant, rate limit, parsing
 * with a size cap, authorization, the verb, the answer; and a problem document for what is thrown.
 */
export function route<
  const S extends Scope,
  B extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
>(spec: RouteSpec<S, B, Q>): RouteHandler {
  async function handle(request: Request, context: RouteContext, requestId: string) {
    if (request.url.includes("%00")) {
      throw new AppError("invalid_request", "The address must not contain the character U+0000.");
    }
    const at = request.url.indexOf("?");
    const search = new URLSearchParams(at === -1 ? "" : request.url.slice(at));
    const caller = { requestId, ip: context.ip ?? null };
    const params = ((await context.params) ?? {}) as Record<string, string>;
    const admitted =
      spec.scope === "tenant"
        ? await admit(request, search, spec.tenantFrom ? withPathTenant(caller, params) : caller)
        : spec.scope === "platform"
          ? await admitPlatform(request, caller)
          : { ctx: null, headers: {} };
    if (spec.permission && admitted.ctx) authorize(admitted.ctx, spec.permission);
    const body = spec.body ? parseBody(spec.body, await readJson(request)) : undefined;
    const query = spec.query ? parse(spec.query, queryOf(search)) : undefined;
    const result = await spec.run(admitted.ctx as CtxOf<S>, {
      body: body as Out<B>,
      query: query as Out<Q>,
      params,
      request,
    });
    const headers = { "x-request-id": requestId, ...admitted.headers };
    return respond(result, spec.status ?? 200, headers, request);
  }

  function handler(request: Request, context: RouteContext): Promise<Response> {
    const requestId = requestIdOf(request);
    const store: LogContext = { requestId };
    return logContext.run(store, () =>
      handle(request, context, requestId).catch((error: unknown) =>
        problemResponse(error, requestId, request),
      ),
    );
  }
  return Object.assign(handler, { spec: spec as unknown as RouteSpec });
}
