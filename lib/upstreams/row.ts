import type { upstreams, upstreamTokens } from "#db/schema/upstreams.ts";
import { secretMask } from "#lib/core/secrets.ts";
import { accountStateOf } from "./oauth/account.ts";
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
  return { ...toAccount(found), subject: auth.scope, connected: isConnected(found) };
}

function isConnected(row: TokenRow | undefined): boolean {
  return row !== undefined && row.sealed !== null && accountStateOf(row) !== "expired";
}

/** What is known of an account, but whose it is. */
export function toAccount(row: TokenRow | undefined) {
  return {
    state: accountStateOf(row),
    account: row?.account ?? null,
    connected_at: row?.connectedAt?.toISOString() ?? null,
    expires_at: row?.expiresAt?.toISOString() ?? null,
    error: row?.failureDetail ?? null,
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
    new_tools: row.newTools,
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
  const { name, prefix, transport, enabled, ...rest } = toUpstream(row, []);
  const { expose_resources, expose_prompts, new_tools, timeout_ms } = rest;
  const auth = maskedAuth(row.auth as UpstreamAuth);
  return {
    ...{ name, prefix, transport, auth, enabled },
    ...{ expose_resources, expose_prompts, new_tools, timeout_ms },
  };
}
