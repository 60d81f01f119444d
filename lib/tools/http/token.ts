import { LRUCache } from "lru-cache";
import { sha256Hex } from "#lib/core/crypto.ts";
import {
  EgressError,
  type EgressPolicy,
  type EgressResponse,
  egressFetch,
} from "#lib/core/egress.ts";
import { isJsonObject } from "#lib/core/json.ts";
import { secretMask, stripSecrets } from "#lib/core/secrets.ts";
import { singleton } from "#lib/core/singleton.ts";
import { ToolError } from "../calls/tool-error.ts";
import type { CallTrace } from "../calls/trace.ts";
import type { HttpAuth } from "./auth-schema.ts";

type ClientCredentials = Extract<HttpAuth, { type: "oauth2_client_credentials" }>;

interface Token {
  value: string;
  /** Of `performance.now()`. */
  expiresAt: number;
}

/** A token is renewed this long before its end. */
const marginMs = 30_000;
/** RFC 6749, section 5.1: `expires_in` is only recommended. */
const unknownLifeMs = 5 * 60_000;
const longestLifeMs = 24 * 3_600_000;
const largestAnswer = 64 * 1024;
const timeoutMs = 15_000;

interface Kept {
  asked: Promise<Token>;
  /** Absent while it is being asked for. */
  token?: Token;
}

const tokens = singleton("tool.tokens", () => new LRUCache<string, Kept>({ max: 5_000 }));

/** Values that a form or a Basic credential has to escape (RFC 6749, appendix B). */
function formEncoded(text: string): string {
  return new URLSearchParams([["", text]]).toString().slice(1);
}

function requestOf(auth: ClientCredentials, secret: string) {
  const form = new URLSearchParams({ grant_type: "client_credentials" });
  if (auth.scope) form.set("scope", auth.scope);
  if (auth.audience) form.set("audience", auth.audience);
  const headers: Record<string, string> = {
    accept: "application/json",
    "content-type": "application/x-www-form-urlencoded",
  };
  if (auth.client_auth === "basic") {
    const pair = `${formEncoded(auth.client_id)}:${formEncoded(secret)}`;
    headers.authorization = `Basic ${Buffer.from(pair).toString("base64")}`;
  } else {
    form.set("client_id", auth.client_id);
    form.set("client_secret", secret);
  }
  return { method: "POST", headers, body: form.toString() };
}

function failed(why: string, cause?: unknown): ToolError {
  return new ToolError("endpoint_unauthorized", `No access token was had: ${why}`, { cause });
}

function traceRequest(trace: CallTrace, url: string, request: ReturnType<typeof requestOf>): void {
  const { method, headers, body } = request;
  trace.add({
    ...{ kind: "request", method, url },
    headers:
      headers.authorization === undefined ? headers : { ...headers, authorization: secretMask },
    body: body.replace(/(^|&)client_secret=[^&]*/, `$1client_secret=${secretMask}`),
  });
}

/** Only JSON is shown, without what its names call a token: any other text may be one. */
function traceAnswer(trace: CallTrace, answer: EgressResponse, body: unknown): void {
  const { status, headers, durationMs } = answer;
  const shown = Object.fromEntries(headers);
  const isShown = typeof body === "object" && body !== null;
  trace.add({
    ...{ kind: "response", status, duration_ms: durationMs },
    headers: "set-cookie" in shown ? { ...shown, "set-cookie": secretMask } : shown,
    body: isShown ? JSON.stringify(withoutTokens(body)) : null,
  });
}

function withoutTokens(body: object): unknown {
  const { token_type, ...rest } = body as Record<string, unknown>;
  const kind = typeof token_type === "string" ? { token_type: token_type.slice(0, 50) } : {};
  return { ...(stripSecrets(rest) as object), ...kind };
}

function readJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

async function ask(
  auth: ClientCredentials,
  secret: string,
  policy: EgressPolicy,
  trace: CallTrace | undefined,
): Promise<Token> {
  const host = new URL(auth.token_url).host;
  const limits = { timeoutMs, maxBytes: largestAnswer, maxRedirects: 0 };
  const request = requestOf(auth, secret);
  if (trace) traceRequest(trace, auth.token_url, request);
  const answer = await egressFetch(auth.token_url, { ...request, ...limits }, policy).catch(
    (error: unknown) => {
      if (error instanceof EgressError) throw failed(`${error.message}.`, error);
      throw error;
    },
  );
  const body = readJson(answer.body);
  if (trace) traceAnswer(trace, answer, body);
  if (body === undefined) throw failed(`${host} answered ${answer.status} without JSON.`);
  const said = isJsonObject(body) ? body : {};
  if (answer.status !== 200) {
    const reason = [said.error, said.error_description].filter((text) => typeof text === "string");
    throw failed(`${host} answered ${answer.status}: ${reason.join(", ").slice(0, 500)}`);
  }
  const { access_token: value, token_type: type, expires_in: seconds } = said;
  if (typeof value !== "string" || value === "") throw failed(`${host} gave none.`);
  if (typeof type === "string" && type.toLowerCase() !== "bearer") {
    throw failed(`${host} gives tokens of type ${type.slice(0, 50)}, which is not known.`);
  }
  const given = Number(seconds);
  const lifeMs = given > 0 ? Math.min(given * 1000, longestLifeMs) : unknownLifeMs;
  return { value, expiresAt: performance.now() + Math.max(lifeMs - marginMs, lifeMs / 2) };
}

/** Who wants an access token, and what may be reached for it. */
export interface TokenScope {
  tenantId: string;
  policy: EgressPolicy;
  /** Written to where a token is asked for. */
  trace?: CallTrace | undefined;
}

/**
 * An access token by the client credentials grant (RFC 6749, section 4.4), kept in this process
 * until shortly before its end and asked for once however many wait. `refused` is one that the
 * endpoint did not take, in whose place another is asked for. Throws `ToolError`.
 */
export async function accessToken(
  auth: ClientCredentials,
  secret: string,
  { tenantId, policy, trace }: TokenScope,
  refused?: string,
): Promise<string> {
  const key = sha256Hex(JSON.stringify([tenantId, auth, secret]));
  const kept = tokens.get(key);
  const { token } = kept ?? {};
  const isGood = !token || (token.expiresAt > performance.now() && token.value !== refused);
  if (kept && isGood) return (await kept.asked).value;
  const entry: Kept = { asked: ask(auth, secret, policy, trace) };
  tokens.set(key, entry);
  try {
    entry.token = await entry.asked;
    return entry.token.value;
  } catch (error) {
    if (tokens.peek(key) === entry) tokens.delete(key);
    throw error;
  }
}
