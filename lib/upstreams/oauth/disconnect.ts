import { upstreamTokens } from "#db/schema/upstreams.ts";
import { audit } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { log } from "#lib/core/log.ts";
import { change } from "../service.ts";
import { accountOf, oauthUpstream } from "./connect.ts";
import { oauthFetch } from "./provider.ts";
import { type Grant, openFor, rowOf } from "./store.ts";

/** RFC 7009, for either token; a server that does not offer it, or fails, ends them in its own time. */
async function revoke(tenantId: string, { client, discovery, tokens }: Grant): Promise<void> {
  const metadata = discovery.authorizationServerMetadata;
  const endpoint =
    metadata && "revocation_endpoint" in metadata ? metadata.revocation_endpoint : undefined;
  if (typeof endpoint !== "string") return;
  const fetchFn = await oauthFetch(tenantId);
  const given = { refresh_token: tokens.refresh_token, access_token: tokens.access_token };
  for (const [kind, token] of Object.entries(given)) {
    if (token === undefined) continue;
    const body = new URLSearchParams({ token, token_type_hint: kind, client_id: client.client_id });
    if (client.client_secret) body.set("client_secret", client.client_secret);
    const response = await fetchFn(endpoint, { method: "POST", body });
    await response.body?.cancel();
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
