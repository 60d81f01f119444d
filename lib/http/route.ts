import type { z } from "zod";
import { authorize } from "#lib/core/authorize.ts";
import type { CallerCtx, Ctx, PlatformCtx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { hopsOf } from "#lib/core/hops.ts";
import { uuidv7 } from "#lib/core/ids.ts";
import { type LogContext, log, logContext } from "#lib/core/log.ts";
import { parse } from "#lib/core/parse.ts";
import type { Permission } from "#lib/core/permissions.ts";
import { type Problem, toProblem } from "#lib/core/problem.ts";
import { defaultScopes } from "#lib/oauth/scopes.ts";
import { bindPerson, identify, namedTenant, resolveTenant } from "./authenticate.ts";
import { readJson } from "./body.ts";
import { metadataAddress, resourceOf } from "./oauth-metadata.ts";
import { corsHeaders, publicUrl } from "./origin.ts";
import { RateLimited, takeTurn } from "./rate-limit.ts";
import { Reply } from "./reply.ts";

/**
 * Whom a route answers: anyone, the deployment's own principals, a person who is signed in, or a
 * caller inside a tenant.
 */
type Scope = "public" | "platform" | "person" | "tenant";

interface CtxByScope {
  public: null;
  platform: PlatformCtx;
  person: CallerCtx;
  tenant: Ctx;
}

type CtxOf<S extends Scope> = CtxByScope[S];
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
  /** The body is bytes of any type, which `run` reads itself. */
  takesBytes?: boolean;
  query?: Q;
  response?: z.ZodType;
  /** The body of an error, where it is no problem document. */
  error?: z.ZodType;
  /** The answer is bytes of any type. */
  givesBytes?: boolean;
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
export function logProblem(error: unknown, { status, code, detail }: Problem): void {
  if (status >= 500 && !(error instanceof AppError))
    log.error({ err: error }, "the request failed");
  else if (status >= 500) log.warn({ code, detail }, "the request failed");
  else if (status === 401 || status === 403) log.info({ code }, "the request was refused");
}

/** RFC 6750, section 3, and RFC 9728, section 5.1, from which an MCP client learns where to sign in. */
function challengeOf({ status, code, scope }: Problem, request: Request): string | null {
  const parts = [`realm="${publicUrl()}"`];
  const endpoint = resourceOf(request);
  if (status === 401) {
    if (code === "invalid_credential") parts.push('error="invalid_token"');
    if (endpoint) parts.push(`scope="${defaultScopes.join(" ")}"`);
  } else if (code === "insufficient_scope") {
    parts.push('error="insufficient_scope"');
    if (typeof scope === "string") parts.push(`scope="${scope}"`);
  } else return null;
  if (endpoint) {
    const address = metadataAddress(endpoint, request.headers.get("host"));
    parts.push(`resource_metadata="${address}"`);
  }
  return `Bearer ${parts.join(", ")}`;
}

/**
 * Answers a thrown value as a problem document (RFC 9457), or in the shape of a protocol of its own,
 * logging what the caller must not see.
 */
export function problemResponse(
  error: unknown,
  requestId: string,
  request: Request,
  shape?: (problem: Problem, request: Request) => unknown,
): Response {
  const problem = toProblem(error, requestId);
  logProblem(error, problem);
  const headers: Record<string, string> = {
    "content-type": shape ? "application/json" : "application/problem+json",
    "x-request-id": requestId,
    "cache-control": "no-store",
    ...corsHeaders(request.headers.get("origin")),
  };
  if (error instanceof AppError && error.retryAfterSeconds !== undefined) {
    headers["retry-after"] = String(error.retryAfterSeconds);
  }
  if (error instanceof RateLimited) Object.assign(headers, error.headers);
  const challenge = challengeOf(problem, request);
  if (challenge) headers["www-authenticate"] = challenge;
  const body = shape ? shape(problem, request) : problem;
  return new Response(JSON.stringify(body), { status: problem.status, headers });
}

/** Bytes go out as they are, or as they come, with their reply's type; all else is JSON. */
function payloadOf(body: unknown): BodyInit {
  if (body instanceof ReadableStream) return body;
  return body instanceof Uint8Array ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body);
}

function respond(
  result: unknown,
  status: number,
  headers: Record<string, string>,
  request: Request,
): Response {
  const reply = result instanceof Reply ? result : new Reply(result, { status });
  const empty = reply.status === 204 || reply.status === 304;
  return new Response(empty ? null : payloadOf(reply.body), {
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
  const credential = await identify(request, caller.ip);
  const named = caller.named ?? namedTenant(request, search);
  const identity = await bindPerson(credential, named, caller.hideForeign ?? false);
  if (caller.hideForeign && identity.tenantId !== null && identity.tenantId !== named) {
    throw notFound("tenant", named ?? "");
  }
  const { tenantId, snapshot } = await resolveTenant(identity, named);
  const store = logContext.getStore();
  if (store) Object.assign(store, { tenantId, principal: identity.principal.id });
  const { principal, permissions } = identity;
  const { requestId, ip } = caller;
  const hops = hopsOf(request.headers);
  const ctx: Ctx = {
    ...{ requestId, ip, principal, permissions, tenantId },
    ...(hops > 0 ? { hops } : {}),
  };
  return { ctx, headers: await takeTurn(ctx, snapshot.requestsPerMinute) };
}

function withPathTenant<C extends object>(caller: C, params: Record<string, string>) {
  return { ...caller, named: params.tenant_id ?? "", hideForeign: true };
}

/** A person who names no tenant stays outside of all, with no permissions. */
async function admitPlatform(
  request: Request,
  search: URLSearchParams,
  caller: Pick<CallerCtx, "requestId" | "ip">,
) {
  const credential = await identify(request, caller.ip);
  const named = namedTenant(request, search);
  const identity = named === null ? credential : await bindPerson(credential, named, false);
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

async function admitPerson(request: Request, caller: Pick<CallerCtx, "requestId" | "ip">) {
  const { principal, permissions } = await identify(request, caller.ip);
  if (principal.type !== "operator" && principal.type !== "member") {
    throw new AppError("forbidden", "Only a person who is signed in may do this.");
  }
  const store = logContext.getStore();
  if (store) store.principal = principal.id;
  const ctx: CallerCtx = { ...caller, principal, permissions };
  return { ctx, headers: {} };
}

/** What comes of authentication for each sort of route. */
function admitTo(
  scope: Scope,
  request: Request,
  search: URLSearchParams,
  caller: { requestId: string; ip: string | null; named?: string; hideForeign?: boolean },
): Promise<{ ctx: CallerCtx | null; headers: Record<string, string> }> {
  if (scope === "tenant") return admit(request, search, caller);
  if (scope === "platform") return admitPlatform(request, search, caller);
  if (scope === "person") return admitPerson(request, caller);
  return Promise.resolve({ ctx: null, headers: {} });
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
    const named = spec.tenantFrom ? withPathTenant(caller, params) : caller;
    const admitted = await admitTo(spec.scope, request, search, named);
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
