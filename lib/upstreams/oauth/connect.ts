import { randomBytes } from "node:crypto";
import { auth } from "@modelcontextprotocol/client";
import { foreignKeyViolation } from "#db/errors.ts";
import { withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { accountOf, oauthUpstream, refuseMachines } from "./account-upstream.ts";
import { clientDocumentUrl, redirectUri } from "./client-document.ts";
import { asFailure, challengeOf, type Flow, flowProvider, givenClient } from "./flow.ts";
import { oauthFetch } from "./provider.ts";
import { authorizationMinutes, mintState } from "./state.ts";
import { type Account, type Pending, savePending } from "./store.ts";

async function begin(ctx: Ctx, account: Account, pending: Pending): Promise<void> {
  const { upstreamId, subject } = account;
  try {
    await withTenant(ctx.tenantId, async (tx) => {
      await savePending(tx, account, pending, authorizationMinutes);
      await audit(tx, ctx, {
        action: "upstream.connect_begin",
        target: { type: "upstream", id: upstreamId },
        after: { subject, issuer: pending.discovery.authorizationServerUrl },
      });
    });
  } catch (error) {
    // The upstream, or the person's membership, went while the servers were asked.
    if (foreignKeyViolation(error)) throw notFound("upstream", upstreamId);
    throw error;
  }
}

/**
 * Begins an authorization and gives the address at which the person grants it, good for ten minutes
 * and for one return of the same person to `origin`, our public address. Throws `forbidden`, `invalid_request`, `upstream_failed`.
 */
export async function connectUpstream(
  ctx: Ctx,
  upstreamId: string,
  origin: string,
): Promise<string> {
  const upstream = await oauthUpstream(ctx, upstreamId);
  refuseMachines(ctx);
  const account = accountOf(ctx, upstream);
  const nonce = randomBytes(16).toString("base64url");
  const until = Date.now() + authorizationMinutes * 60_000;
  const state = mintState({ ...account, principalId: ctx.principal.id, nonce, until });
  const redirect = redirectUri(origin, ctx.tenantId);
  // Servers fetch the document over HTTPS alone; where we have no such address, the client registers.
  const documentUrl = origin.startsWith("https:")
    ? clientDocumentUrl(origin, ctx.tenantId)
    : undefined;
  const flow: Flow = { redirect, documentUrl, client: await givenClient(upstream) };
  const { url } = upstream.transport;
  try {
    const fetchFn = await oauthFetch(ctx.tenantId);
    const { resourceMetadataUrl, scope } = await challengeOf(url, fetchFn);
    const scopes = upstream.auth.scopes ?? scope;
    await auth(flowProvider(upstream, flow, state), {
      serverUrl: url,
      fetchFn,
      ...(resourceMetadataUrl && { resourceMetadataUrl }),
      ...(scopes !== undefined && { scope: scopes }),
    });
  } catch (error) {
    throw asFailure(upstreamId, "connected", error);
  }
  const { client, discovery, resource, verifier, address } = flow;
  if (!client || !discovery || !verifier || !address) throw new Error("No authorization was begun");
  if (address.protocol !== "https:" && address.protocol !== "http:") {
    throw new AppError("upstream_failed", "The server's authorization address is no web address.");
  }
  const { revision } = upstream;
  const pending: Pending = { nonce, redirect, verifier, client, discovery, revision };
  await begin(ctx, account, resource ? { ...pending, resource } : pending);
  return address.href;
}
