import type { AdapterPayload } from "oidc-provider";
import { findArtifact, saveArtifact } from "./artifacts.ts";
import { type OAuthScope, scopesIn } from "./scopes.ts";

/** Names the browser that an authorization request came from. */
export const interactionCookie = "tausestack.oauth_interaction";

export function consentPath(uid: string): string {
  return `/consent/${uid}`;
}

/** The request that a path's consent page is about; null for other paths. */
export function consentUid(path: string): string | null {
  return /^\/consent\/([\w-]{1,100})$/.exec(path)?.[1] ?? null;
}

/** What a Content-Security-Policy must name for a form whose answer leads to a redirect URI. */
export function formSource(redirectUri: string): string {
  const { protocol, hostname, origin } = new URL(redirectUri);
  // Such a policy has no word for addresses of IPv6, nor for what has no origin.
  const isPlain = protocol === "https:" || protocol === "http:";
  return isPlain && !hostname.startsWith("[") ? origin : protocol;
}

/** What the client says of itself. */
export interface ClientInfo {
  id: string;
  name: string;
  uri: string | null;
  logoUri: string | null;
  /** `metadata`: its own web site says it. `dynamic`: it came and said it. */
  registration: "metadata" | "dynamic";
}

/** An authorization request that waits for a person's word. */
export interface Interaction {
  uid: string;
  client: ClientInfo;
  redirectUri: string;
  /** The resource indicator as the client sent it. */
  resource: string;
  scopes: OAuthScope[];
}

const clientKind = "InteractionClient";

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** Keeps what the client of a waiting request says of itself, which only the server can look up. */
export async function noteClient(
  uid: string,
  client: Pick<AdapterPayload, "client_id" | "client_name" | "client_uri" | "logo_uri">,
  forSeconds: number,
): Promise<void> {
  await saveArtifact(clientKind, uid, client, forSeconds);
}

/** A name that shows as what it is: no line breaks, and nothing that turns the direction of text. */
function plainName(name: string | undefined): string {
  return (name ?? "")
    .replace(/[\p{Cc}\p{Cf}]/gu, "")
    .trim()
    .slice(0, 200);
}

async function findClient(uid: string): Promise<ClientInfo | null> {
  const found = await findArtifact(clientKind, uid);
  if (!found?.client_id) return null;
  const { client_id: id, client_name, client_uri, logo_uri } = found;
  const isDocument = id.startsWith("https://");
  const host = isDocument ? URL.parse(id)?.host : undefined;
  return {
    id,
    name: plainName(client_name) || (host ?? id),
    uri: client_uri ?? null,
    logoUri: logo_uri ?? null,
    registration: isDocument ? "metadata" : "dynamic",
  };
}

/** The waiting request of an id; null when it is unknown, answered or too old. */
export async function findInteraction(uid: string): Promise<Interaction | null> {
  const payload = await findArtifact("Interaction", uid);
  if (!payload?.exp || payload.exp * 1000 < Date.now() || payload.result) return null;
  const client = await findClient(uid);
  const { redirect_uri: redirectUri, resource, scope } = payload.params ?? {};
  const only = Array.isArray(resource) && resource.length === 1 ? resource[0] : resource;
  if (!client || !isText(redirectUri) || !isText(only)) return null;
  return { uid, client, redirectUri, resource: only, scopes: scopesIn(isText(scope) ? scope : "") };
}
