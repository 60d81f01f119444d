import { StreamableHTTPClientTransport, type Transport } from "@modelcontextprotocol/client";
import type { Ctx } from "#lib/core/ctx.ts";
import { guardedFetch } from "#lib/core/egress.ts";
import { notFound } from "#lib/core/errors.ts";
import { hopsHeader } from "#lib/core/hops.ts";
import { SecretUnavailable, secretValue } from "#lib/secrets/values.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";
import { UpstreamError } from "./errors.ts";
import { hopsNow } from "./hops.ts";
import { oauthProviderFor } from "./oauth/provider.ts";
import type { RegisteredUpstream } from "./registry.ts";
import { stdioTransportFor } from "./stdio/transport.ts";

/** The largest answer of an upstream, and the longest that one may be silent on a stream. */
const largestAnswer = 16 * 1024 * 1024;
const longestSilenceMs = 10 * 60_000;

async function secret(tenantId: string, name: string): Promise<string> {
  try {
    return await secretValue(tenantId, name, null);
  } catch (error) {
    if (!(error instanceof SecretUnavailable)) throw error;
    throw new UpstreamError("unauthorized", error.message, { cause: error });
  }
}

/** The headers that carry an upstream's credential now; a rotated secret is in the next request. */
export async function credentialHeaders({
  tenantId,
  auth,
}: RegisteredUpstream): Promise<Record<string, string>> {
  switch (auth.type) {
    case "none":
    case "oauth":
      return {};
    case "bearer":
      return { authorization: `Bearer ${await secret(tenantId, auth.secret)}` };
    case "headers": {
      const headers: Record<string, string> = {};
      for (const [name, value] of Object.entries(auth.headers)) {
        headers[name] = "text" in value ? value.text : await secret(tenantId, value.secret);
      }
      return headers;
    }
  }
}

/**
 * Requests of one upstream: through the egress guard, with its credential, as long as they take.
 * What the tenant may reach is asked each time, since a connection outlives a change of it.
 */
function fetchOf(upstream: RegisteredUpstream): typeof fetch {
  const secretHeaders = upstream.auth.type === "headers" ? Object.keys(upstream.auth.headers) : [];
  const limits = { timeoutMs: longestSilenceMs, maxBytes: largestAnswer, secretHeaders };
  const send: typeof fetch = async (input, init) => {
    const snapshot = await findSnapshot(upstream.tenantId);
    if (!snapshot) throw notFound("tenant", upstream.tenantId);
    return guardedFetch(snapshot.egress, limits)(input, init);
  };
  const { origin } = new URL(upstream.transport.type === "http" ? upstream.transport.url : "x:");
  return async (input, init) => {
    const address = typeof input === "string" ? input : "url" in input ? input.url : input.href;
    // Its authorization server is another host, which has nothing to do with these.
    if (new URL(address).origin !== origin) return send(input, init);
    const headers = new Headers(init?.headers);
    for (const [name, value] of Object.entries(await credentialHeaders(upstream))) {
      headers.set(name, value);
    }
    headers.set(hopsHeader, String(hopsNow()));
    return send(input, { ...init, headers });
  };
}

/** Whoever holds a stream of notifications sees to it themselves that there is one again. */
const once = {
  initialReconnectionDelay: 1_000,
  maxReconnectionDelay: 1_000,
  reconnectionDelayGrowFactor: 1,
  maxRetries: 0,
};

/**
 * What a connection to an upstream runs over; with `reconnects: false` a stream that ends is an
 * error. Throws `UpstreamError` where it cannot be had.
 */
export async function transportFor(
  ctx: Ctx,
  upstream: RegisteredUpstream,
  { reconnects = true } = {},
): Promise<Transport> {
  const { transport, auth } = upstream;
  if (transport.type === "stdio") return stdioTransportFor(ctx, upstream);
  return new StreamableHTTPClientTransport(new URL(transport.url), {
    fetch: fetchOf(upstream),
    ...(reconnects ? {} : { reconnectionOptions: once }),
    ...(auth.type === "oauth" ? { authProvider: await oauthProviderFor(ctx, upstream) } : {}),
  });
}
