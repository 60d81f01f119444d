import { selectClientAuthMethod } from "@modelcontextprotocol/client";
import { z } from "zod";
import { upstreamTokens } from "#db/schema/upstreams.ts";
import { audit } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { log } from "#lib/core/log.ts";
import { change } from "../service.ts";
import { accountOf, oauthUpstream } from "./account-upstream.ts";
import { oauthFetch } from "./provider.ts";
import { type Grant, openFor, rowOf } from "./store.ts";

/** What of the server's metadata is about revocation (RFC 8414, section 2). */
const revocationMetadata = z.object({
  revocation_endpoint: z.string().optional(),
  revocation_endpoint_auth_methods_supported: z.array(z.string()).optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
});

/** How the client proves itself at the revocation endpoint, as it does for tokens (RFC 7009, 2.1). */
function proveClient(
  client: Grant["client"],
  methods: string[],
  headers: Headers,
  body: URLSearchParams,
): void {
  const { client_id, client_secret = "" } = client;
  const method = selectClientAuthMethod(client, methods);
  if (method === "client_secret_basic") {
    // Not percent-encoded, as the official client sends it to the token endpoint, which took it.
    const pair = Buffer.from(`${client_id}:${client_secret}`).toString("base64");
    headers.set("authorization", `Basic ${pair}`);
    return;
  }
  body.set("client_id", client_id);
  if (method === "client_secret_post") body.set("client_secret", client_secret);
}

/** RFC 7009, for either token; a server that does not offer it ends them in its own time. */
async function revoke(tenantId: string, grant: Grant): Promise<void> {
  const { client, discovery, tokens } = grant;
  const metadata = revocationMetadata.parse(discovery.authorizationServerMetadata ?? {});
  const { revocation_endpoint: endpoint } = metadata;
  if (endpoint === undefined) return;
  const methods =
    metadata.revocation_endpoint_auth_methods_supported ??
    metadata.token_endpoint_auth_methods_supported ??
    [];
  const fetchFn = await oauthFetch(tenantId);
  const given = { refresh_token: tokens.refresh_token, access_token: tokens.access_token };
  for (const [kind, token] of Object.entries(given)) {
    if (token === undefined) continue;
    const headers = new Headers();
    const body = new URLSearchParams({ token, token_type_hint: kind });
    proveClient(client, methods, headers, body);
    const response = await fetchFn(endpoint, { method: "POST", headers, body });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`The revocation endpoint answered ${response.status}`);
  }
}

/**
 * Forgets the tokens of the tenant, or the caller's own, on every process, and has the authorization
 * server revoke them where it can. Throws `not_found` where nothing is connected or begun.
 */
export async function disconnectUpstream(ctx: Ctx, upstreamId: string): Promise<void> {
  const account = accountOf(ctx, await oauthUpstream(ctx, upstreamId));
  const gone = await change(ctx, async (tx) => {
    const [row] = await tx.delete(upstreamTokens).where(rowOf(account)).returning();
    if (!row) throw new AppError("not_found", `The upstream "${upstreamId}" is not connected.`);
    await audit(tx, ctx, {
      action: "upstream.disconnect",
      target: { type: "upstream", id: upstreamId },
      before: { subject: account.subject },
    });
    return row;
  });
  if (!gone.sealed) return;
  await revoke(ctx.tenantId, openFor<Grant>(account, gone.sealed)).catch((error: unknown) => {
    log.warn({ err: error, upstreamId }, "an upstream's tokens were not revoked");
  });
}
