import type { upstreams, upstreamTokens } from "#db/schema/upstreams.ts";
import { secretMask } from "#lib/core/secrets.ts";
import type { Upstream, UpstreamAuth, UpstreamTransport } from "./schema.ts";

type Row = typeof upstreams.$inferSelect;
type TokenRow = typeof upstreamTokens.$inferSelect;

interface ServerInfo {
  name?: string;
  version?: string;
}

function toServer(row: Row): Upstream["server"] {
  if (row.protocolVersion === null) return null;
  const { name = "", version = "" } = (row.serverInfo ?? {}) as ServerInfo;
  return { name, version, protocol: row.protocolVersion };
}

/** Of the one account that the caller's calls would use. */
function toConnection(auth: UpstreamAuth, tokens: readonly TokenRow[]): Upstream["connection"] {
  if (auth.type !== "oauth") return null;
  const found = tokens.find(({ subject }) =>
    auth.scope === "tenant" ? subject === "tenant" : subject !== "tenant",
  );
  const connected = found !== undefined && found.sealed !== null;
  return {
    subject: auth.scope,
    connected,
    connected_at: (connected && found.connectedAt?.toISOString()) || null,
    expires_at: (connected && found.expiresAt?.toISOString()) || null,
  };
}

/** A row and those of its tokens that concern the caller. */
export function toUpstream(row: Row, tokens: readonly TokenRow[]): Upstream {
  const auth = row.auth as UpstreamAuth;
  return {
    upstream_id: row.upstreamId,
    name: row.name,
    prefix: row.prefix,
    transport: row.transport as UpstreamTransport,
    auth,
    enabled: row.enabled,
    expose_resources: row.exposeResources,
    expose_prompts: row.exposePrompts,
    timeout_ms: row.timeoutMs,
    health: {
      status: row.status,
      last_ok_at: row.lastOkAt?.toISOString() ?? null,
      last_error_at: row.lastErrorAt?.toISOString() ?? null,
      last_error: row.lastError,
    },
    server: toServer(row),
    connection: toConnection(auth, tokens),
    tenant_id: row.tenantId,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}

function maskedAuth(auth: UpstreamAuth): UpstreamAuth {
  if (auth.type !== "headers") return auth;
  const headers = Object.entries(auth.headers).map(
    ([name, value]) => [name, "text" in value ? { text: secretMask } : value] as const,
  );
  return { ...auth, headers: Object.fromEntries(headers) };
}

/** The same for callers who may only read: any header that a tenant sends may be a credential. */
export function toMasked(row: Row, tokens: readonly TokenRow[]): Upstream {
  return { ...toUpstream(row, tokens), auth: maskedAuth(row.auth as UpstreamAuth) };
}

/** What the configuration says, for the audit log. */
export function toAudited(row: Row) {
  const { name, prefix, transport, enabled, expose_resources, expose_prompts, timeout_ms } =
    toUpstream(row, []);
  const auth = maskedAuth(row.auth as UpstreamAuth);
  return { name, prefix, transport, auth, enabled, expose_resources, expose_prompts, timeout_ms };
}
