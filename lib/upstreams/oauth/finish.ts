import { auth } from "@modelcontextprotocol/client";
import { audit } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { log } from "#lib/core/log.ts";
import { change } from "../service.ts";
import {
  accountOf,
  type OAuthUpstream,
  oauthUpstream,
  refuseMachines,
} from "./account-upstream.ts";
import { asFailure, type Flow, flowProvider } from "./flow.ts";
import { type AuthorizationOutcome, returnPage } from "./pages.ts";
import { oauthFetch } from "./provider.ts";
import { readState } from "./state.ts";
import { type Grant, type Pending, saveConnectFailure, saveGrant, takePending } from "./store.ts";

export interface CallbackQuery {
  state?: string | undefined;
  code?: string | undefined;
  iss?: string | undefined;
  error?: string | undefined;
}

const stale = () =>
  new AppError(
    "invalid_request",
    "This authorization is not one that you began here, has been used, or has expired. Connect the upstream again.",
  );

/** What went wrong at the authorization server, by its code alone: its texts are not ours to show. */
function refusal(error: string | undefined): AppError {
  const code = error !== undefined && /^[a-z_]{1,60}$/.test(error) ? error : "no code";
  return new AppError("upstream_failed", `The authorization was not granted (${code}).`);
}

/** Exchanges the code of an authorization for tokens (RFC 6749, section 4.1.3, and RFC 9207). */
async function exchange(
  upstream: OAuthUpstream,
  { client, discovery, redirect, resource, verifier }: Pending,
  { code, iss }: { code: string; iss: string | undefined },
): Promise<Grant> {
  const flow: Flow = { redirect, client, discovery, resource, verifier };
  try {
    await auth(flowProvider(upstream, flow), {
      serverUrl: upstream.transport.url,
      authorizationCode: code,
      ...(iss !== undefined && { iss }),
      fetchFn: await oauthFetch(upstream.tenantId),
    });
  } catch (error) {
    throw asFailure(upstream.upstreamId, "connected", error);
  }
  const { tokens } = flow;
  if (!tokens) throw new Error("The authorization gave no tokens");
  return { client, discovery, tokens, ...(resource !== undefined && { resource }) };
}

function emailOf({ principal }: Ctx): string | null {
  return "email" in principal ? principal.email : null;
}

/**
 * Ends the authorization with which a person comes back, once, and keeps its tokens. Gives the
 * upstream's id. Throws `invalid_request` for a state that is not theirs, and `upstream_failed`.
 */
export async function finishConnect(ctx: Ctx, query: CallbackQuery): Promise<string> {
  refuseMachines(ctx);
  const state = readState(query.state ?? "");
  if (!state || state.tenantId !== ctx.tenantId || state.principalId !== ctx.principal.id) {
    throw stale();
  }
  const upstream = await oauthUpstream(ctx, state.upstreamId);
  const account = accountOf(ctx, upstream);
  if (account.subject !== state.subject) throw stale();
  const pending = await takePending(account, state.nonce);
  if (!pending || pending.revision !== upstream.revision) throw stale();
  const { code, iss } = query;
  if (code === undefined) throw refusal(query.error);
  const grant = await exchange(upstream, pending, { code, iss }).catch(async (error: unknown) => {
    if (error instanceof AppError) await saveConnectFailure(account, error.message);
    throw error;
  });
  await change(ctx, async (tx) => {
    if (!(await saveGrant(tx, account, grant, emailOf(ctx)))) throw stale();
    await audit(tx, ctx, {
      action: "upstream.connect",
      target: { type: "upstream", id: upstream.upstreamId },
      after: { subject: account.subject, issuer: grant.discovery.authorizationServerUrl },
    });
  });
  return upstream.upstreamId;
}

/** What the person is told; null for what is no matter of the authorization. */
function outcomeOf({ code }: AppError, query: CallbackQuery): AuthorizationOutcome | null {
  if (code === "invalid_request" || code === "not_found") return "stale";
  if (code !== "upstream_failed") return null;
  return query.code === undefined && query.error === "access_denied" ? "denied" : "failed";
}

/**
 * The same for a browser: answers the path of the page that tells its person what came of it. Throws
 * `forbidden` and `insufficient_scope`, which are no matter of the authorization.
 */
export async function answerAuthorization(ctx: Ctx, query: CallbackQuery): Promise<string> {
  try {
    return returnPage(ctx, await finishConnect(ctx, query), "connected");
  } catch (error) {
    const outcome = error instanceof AppError ? outcomeOf(error, query) : null;
    if (outcome === null) throw error;
    const state = readState(query.state ?? "");
    const upstreamId = state?.tenantId === ctx.tenantId ? state.upstreamId : null;
    log.info({ err: error, upstreamId }, "an upstream was not connected");
    return returnPage(ctx, upstreamId, outcome);
  }
}
