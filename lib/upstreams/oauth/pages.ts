import type { Ctx } from "#lib/core/ctx.ts";
import type { Account } from "./store.ts";

function consolePage(tenantId: string, upstreamId: string): string {
  return `/admin/tenants/${tenantId}/upstreams/${upstreamId}`;
}

function portalPage(tenantId: string): string {
  return `/portal/${tenantId}/linked-accounts`;
}

/** The path of the page where an account is connected: operators have the console, members the portal. */
export function accountPage({ tenantId, upstreamId, subject }: Account): string {
  const isOperators = subject.startsWith("user:op_");
  return isOperators ? consolePage(tenantId, upstreamId) : portalPage(tenantId);
}

/** What the page says of an authorization that a person comes back from. */
export type AuthorizationOutcome = "connected" | "stale" | "denied" | "failed";

/** The path of the page that a person comes back to, of an upstream where it is known. */
export function returnPage(
  { tenantId, principal }: Ctx,
  upstreamId: string | null,
  outcome: AuthorizationOutcome,
): string {
  const query = new URLSearchParams({
    ...(upstreamId === null ? {} : { upstream: upstreamId }),
    authorization: outcome,
  });
  const page =
    principal.type === "member"
      ? portalPage(tenantId)
      : upstreamId === null
        ? `/admin/tenants/${tenantId}/upstreams`
        : consolePage(tenantId, upstreamId);
  return `${page}?${query}`;
}
