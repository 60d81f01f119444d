import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { toAppError } from "../errors.ts";
import { type RegisteredUpstream, upstreamsOf } from "../registry.ts";
import type { UpstreamAuth, UpstreamTransport } from "../schema.ts";
import { checkId } from "../service.ts";
import { isPerUser, subjectOf } from "../subject.ts";
import type { Account } from "./store.ts";

type OAuth = Extract<UpstreamAuth, { type: "oauth" }>;
type Http = Extract<UpstreamTransport, { type: "http" }>;

export interface OAuthUpstream extends RegisteredUpstream {
  auth: OAuth;
  transport: Http;
}

/**
 * An upstream whose account the caller may connect or disconnect: the tenant's takes whoever may
 * write upstreams, one's own takes whoever may read them.
 */
export async function oauthUpstream(ctx: Ctx, upstreamId: string): Promise<OAuthUpstream> {
  authorize(ctx, "upstreams:read");
  checkId(upstreamId);
  const found = (await upstreamsOf(ctx.tenantId)).get(upstreamId);
  if (!found) throw notFound("upstream", upstreamId);
  if (!isPerUser(found)) authorize(ctx, "upstreams:write");
  const { auth: given, transport } = found;
  if (given.type === "oauth" && transport.type === "http") {
    return { ...found, auth: given, transport };
  }
  throw new AppError(
    "invalid_request",
    `The upstream "${upstreamId}" does not use OAuth. Set its auth to {"type": "oauth", …} first.`,
  );
}

export function accountOf(ctx: Ctx, upstream: RegisteredUpstream): Account {
  const { tenantId, upstreamId } = upstream;
  try {
    return { tenantId, upstreamId, subject: subjectOf(ctx, upstream) };
  } catch (error) {
    throw toAppError(error);
  }
}

/**
 * The browser that comes back must be signed in as who began. A key is in no browser: whoever holds
 * one could have another person connect an account of theirs to this tenant.
 */
export function refuseMachines({ principal }: Ctx): void {
  if (principal.type === "member" || principal.type === "operator") return;
  throw new AppError(
    "forbidden",
    "Only a person who is signed in may connect an upstream: it ends in their browser.",
  );
}
