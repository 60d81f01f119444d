import type { IncomingMessage, ServerResponse } from "node:http";
import { errors, type InteractionResults, type Provider } from "oidc-provider";
import { identifySession } from "#lib/auth/session-token.ts";
import { AppError } from "#lib/core/errors.ts";
import { uuidv7 } from "#lib/core/ids.ts";
import { grantConsent } from "#lib/oauth/consent.ts";
import { consentPath, findInteraction } from "#lib/oauth/interaction.ts";
import { clientAddress } from "./api-lane.ts";
import { publicUrl } from "./origin.ts";

const largestForm = 64 * 1024;

/** True when a browser says that the form stood on a page of ours. */
function isOwnForm({ headers }: IncomingMessage): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined) return site === "same-origin";
  const { origin } = headers;
  if (origin === undefined) return false;
  return origin === new URL(publicUrl()).origin || URL.parse(origin)?.host === headers.host;
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let text = "";
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > largestForm)
      throw new AppError("payload_too_large", "The form is too large.");
  }
  return new URLSearchParams(text);
}

function goTo(response: ServerResponse, address: string): void {
  response.writeHead(303, { location: address, "cache-control": "no-store" }).end();
}

/** The answer of a person's form; the page tells what is wrong with it where it cannot be taken. */
async function decide(
  request: IncomingMessage,
  form: URLSearchParams,
  uid: string,
): Promise<InteractionResults | { signIn: true } | { problem: string }> {
  if (form.get("action") === "deny") {
    return { error: "access_denied", error_description: "the person denied the request" };
  }
  const identity = await identifySession(request.headers.cookie ?? "");
  if (!identity) return { signIn: true };
  const interaction = await findInteraction(uid);
  if (!interaction) return { problem: "expired" };
  const caller = { requestId: uuidv7(), ip: clientAddress(request) };
  try {
    return await grantConsent(caller, identity, interaction, {
      account: form.get("account") ?? "",
      tenant_id: form.get("tenant_id") ?? "",
      scopes: form.getAll("scope"),
    });
  } catch (error) {
    if (error instanceof AppError) return { problem: error.code };
    throw error;
  }
}

/**
 * Takes the form of the consent page and sends the browser back to the client with a code, or with
 * `access_denied`. Only the browser that the request came from may answer it: it has the cookie.
 */
export async function takeConsent(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
  uid: string,
): Promise<void> {
  const page = consentPath(uid);
  if (!isOwnForm(request)) {
    throw new AppError("origin_not_allowed", "Only the consent page itself may answer a request.");
  }
  const form = await readForm(request);
  try {
    const waiting = await provider.interactionDetails(request, response);
    if (waiting.uid !== uid) return goTo(response, page);
    const decision = await decide(request, form, uid);
    if ("signIn" in decision) {
      return goTo(response, `/sign-in?${new URLSearchParams({ callbackUrl: page })}`);
    }
    if ("problem" in decision) {
      const tenant = form.get("tenant_id") ?? "";
      const back = new URLSearchParams({ problem: String(decision.problem), tenant });
      return goTo(response, `${page}?${back}`);
    }
    await provider.interactionFinished(request, response, decision, {
      mergeWithLastSubmission: false,
    });
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return goTo(response, page);
    throw error;
  }
}
