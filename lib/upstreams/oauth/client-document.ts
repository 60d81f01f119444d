import type { OAuthClientMetadata } from "@modelcontextprotocol/client";

/** The tenant is in the address, so that each tenant has a redirect URI of its own. */
export function redirectUri(origin: string, tenantId: string): string {
  return `${origin}/upstreams/oauth/callback?tenant_id=${encodeURIComponent(tenantId)}`;
}

/** How we present ourselves to a tenant's authorization servers (RFC 7591, section 2). */
export function clientMetadata(redirect: string, scope?: string): OAuthClientMetadata {
  return {
    client_name: "TauseStack",
    redirect_uris: [redirect],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
    ...(scope !== undefined && { scope }),
  };
}

/** Where a tenant's client metadata document stands: its client id at servers that fetch it. */
export function clientDocumentUrl(origin: string, tenantId: string): string {
  return `${origin}/upstreams/oauth/client/${encodeURIComponent(tenantId)}`;
}

/**
 * The client id metadata document of a tenant (draft-ietf-oauth-client-id-metadata-document). It says
 * nothing of the tenant, not even whether there is one of that name.
 */
export function clientDocument(origin: string, tenantId: string) {
  return {
    client_id: clientDocumentUrl(origin, tenantId),
    client_uri: origin,
    ...clientMetadata(redirectUri(origin, tenantId)),
  };
}
