import type { Ctx } from "#lib/core/ctx.ts";
import { env } from "#lib/core/env.ts";
import { AppError } from "#lib/core/errors.ts";
import { isUsedUp, limiterOf, limiterSeconds } from "#lib/core/limiter.ts";

/** The `RateLimit` headers of draft-ietf-httpapi-ratelimit-headers. */
function headersOf(points: number, remaining: number, resetMs: number): Record<string, string> {
  return {
    "ratelimit-policy": `"requests";q=${points};w=${limiterSeconds}`,
    ratelimit: `"requests";r=${remaining};t=${Math.ceil(resetMs / 1000)}`,
  };
}

/** A refusal that carries the headers of its answer. */
export class RateLimited extends AppError {
  readonly headers: Record<string, string>;

  constructor(points: number, resetMs: number) {
    super("rate_limited", `The limit is ${points} requests a minute. Wait, then try again.`, {
      retryAfterSeconds: Math.max(1, Math.ceil(resetMs / 1000)),
      extra: { limit: "requests_per_minute", value: points },
    });
    this.headers = headersOf(points, 0, resetMs);
  }
}

/** Takes one request of `key` from its minute; answers the headers, or throws `RateLimited` (429). */
export async function takeRequest(
  key: string,
  requestsPerMinute: number,
): Promise<Record<string, string>> {
  try {
    const taken = await limiterOf(requestsPerMinute).consume(key);
    return headersOf(requestsPerMinute, taken.remainingPoints, taken.msBeforeNext);
  } catch (refused) {
    if (isUsedUp(refused)) {
      throw new RateLimited(requestsPerMinute, refused.msBeforeNext);
    }
    throw refused;
  }
}

/**
 * Takes one request of the tenant's minute; of the caller's own where it is an operator or a
 * platform key, so that a busy tenant does not shut out whoever looks after it.
 */
export function takeTurn(ctx: Ctx, tenantPerMinute: number): Promise<Record<string, string>> {
  const { principal } = ctx;
  const isPlatforms = principal.type === "key" && principal.platform;
  const isTenants =
    principal.type === "member" ||
    principal.type === "client" ||
    (principal.type === "key" && !isPlatforms);
  if (isTenants) return takeRequest(ctx.tenantId, tenantPerMinute);
  return takeRequest(principal.id, env().TAUSESTACK_REQUESTS_PER_MINUTE);
}

/**
 * Counts a wrong credential against its address; throws `rate_limited` (429) beyond the limit. What
 * is right is never counted, so that one client's mistakes do not shut out others behind its address.
 */
export async function countFailure(ip: string | null): Promise<void> {
  if (ip === null) return;
  const points = env().TAUSESTACK_WRONG_CREDENTIALS_PER_MINUTE;
  try {
    await limiterOf(points).consume(`wrong-credential:${ip}`);
  } catch (refused) {
    if (!isUsedUp(refused)) throw refused;
    const detail = `More than ${points} wrong credentials a minute came from this address. Check the API key, wait, then try again.`;
    throw new AppError("rate_limited", detail, {
      retryAfterSeconds: Math.max(1, Math.ceil(refused.msBeforeNext / 1000)),
      extra: { limit: "wrong_credentials_per_minute", value: points },
    });
  }
}
