import type { Ctx } from "#lib/core/ctx.ts";
import { redact } from "#lib/secrets/redact.ts";
import { UpstreamError } from "./errors.ts";
import { oauthProviderFor } from "./oauth/provider.ts";
import type { RegisteredUpstream } from "./registry.ts";
import { secretsFor } from "./stdio/transport.ts";
import { credentialHeaders } from "./transport.ts";

/**
 * What the upstream is given as its credential at this moment, so that it can be masked in all that
 * comes back. Throws `UpstreamError` where a secret is not to be had.
 */
export async function credentialsOf(
  ctx: Ctx,
  upstream: RegisteredUpstream,
): Promise<ReadonlySet<string>> {
  const { transport, tenantId, auth } = upstream;
  if (transport.type === "stdio") {
    return new Set(Object.values(await secretsFor(tenantId, transport.env_secrets)));
  }
  if (auth.type === "oauth") {
    const provider = await oauthProviderFor(ctx, upstream);
    // Why there is no token the call itself says.
    const token = await provider.token().catch(() => undefined);
    return new Set(token ? [token] : []);
  }
  const values = Object.values(await credentialHeaders(upstream));
  return new Set(values.map((value) => value.replace(/^Bearer /, "")));
}

/** What an upstream answered, without the credential that it was given. */
export async function withoutCredentials<T>(
  ctx: Ctx,
  upstream: RegisteredUpstream,
  answer: T,
): Promise<T> {
  return redact(answer, await credentialsOf(ctx, upstream));
}

/** The same of what went wrong. */
export async function errorWithoutCredentials(
  ctx: Ctx,
  upstream: RegisteredUpstream,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof UpstreamError)) return error;
  const { message, code, retryAfterSeconds, rpcCode } = error;
  const shown = await withoutCredentials(ctx, upstream, message).catch(() => message);
  if (shown === message) return error;
  return new UpstreamError(code, shown, {
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    ...(rpcCode === undefined ? {} : { rpcCode }),
  });
}
