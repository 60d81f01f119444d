import type { Ctx, Principal } from "#lib/core/ctx.ts";
import { UpstreamError } from "./errors.ts";
import type { RegisteredUpstream } from "./registry.ts";

/** Whose credential a connection has: the tenant's, or one person's. */
export type Subject = "tenant" | `user:${string}`;

/** The person behind a caller; null where there is none. */
export function personOf(principal: Principal): Subject | null {
  switch (principal.type) {
    case "operator":
    case "member":
      return `user:${principal.id}`;
    case "client":
      return `user:${principal.userId}`;
    case "key":
    case "offer":
    case "system":
      return null;
  }
}

/** Whether each person connects their own account. */
export function isPerUser({ auth }: Pick<RegisteredUpstream, "auth">): boolean {
  return auth.type === "oauth" && auth.scope === "user";
}

/** Whose credential the caller's calls use; null where that takes a person. */
export function findSubject(ctx: Ctx, upstream: RegisteredUpstream): Subject | null {
  return isPerUser(upstream) ? personOf(ctx.principal) : "tenant";
}

/** The same; throws `unauthorized` where that takes a person. */
export function subjectOf(ctx: Ctx, upstream: RegisteredUpstream): Subject {
  const found = findSubject(ctx, upstream);
  if (found) return found;
  throw new UpstreamError(
    "unauthorized",
    `The upstream "${upstream.upstreamId}" is used with each person's own account, and this credential is no person's. Sign in as a person, or use an application that a person connected.`,
  );
}
