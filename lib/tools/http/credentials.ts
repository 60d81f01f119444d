import { setTimeout as wait } from "node:timers/promises";
import { EgressError } from "#lib/core/egress.ts";
import type { CallSecrets } from "../calls/call-secrets.ts";
import { ToolError } from "../calls/tool-error.ts";
import type { HttpAuth } from "./auth-schema.ts";
import { headerValue } from "./header-names.ts";
import type { EndpointRequest } from "./request.ts";
import { accessToken, type TokenScope } from "./token.ts";

/** For whom a credential is fetched, and what may be reached on the way. */
export interface CredentialScope extends TokenScope {
  secrets: CallSecrets;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** What others may wait for too goes on; this call does not wait longer than it has. */
async function inTime<T>(
  work: Promise<T>,
  { timeoutMs, signal }: Pick<CredentialScope, "timeoutMs" | "signal">,
): Promise<T> {
  const ended = new AbortController();
  const late = wait(timeoutMs, undefined, { signal: ended.signal }).then(() => {
    throw new EgressError("egress_timeout", `no access token came within ${timeoutMs} ms`);
  });
  const aborted = new Promise<never>((_resolve, reject) => {
    const end = () => reject(new EgressError("egress_aborted", "the call was aborted"));
    if (signal?.aborted) end();
    signal?.addEventListener("abort", end, { once: true, signal: ended.signal });
  });
  for (const each of [work, late, aborted]) each.catch(() => undefined);
  try {
    return await Promise.race([work, late, aborted]);
  } finally {
    ended.abort();
  }
}

function withHeader(request: EndpointRequest, name: string, value: string): EndpointRequest {
  if (!headerValue.test(value)) {
    throw new ToolError(
      "secret_unavailable",
      `The secret for the header ${name} has characters that a header cannot have.`,
    );
  }
  return { ...request, headers: { ...request.headers, [name.toLowerCase()]: value } };
}

/** The request with its credential; `refused` is an access token that the endpoint did not take. */
export async function withCredential(
  request: EndpointRequest,
  auth: HttpAuth,
  scope: CredentialScope,
  refused?: string,
): Promise<{ request: EndpointRequest; token?: string }> {
  const { secrets } = scope;
  switch (auth.type) {
    case "none":
      return { request };
    case "bearer": {
      const value = await secrets.get(auth.secret);
      return { request: withHeader(request, "authorization", `Bearer ${value}`) };
    }
    case "basic": {
      // RFC 7617: UTF-8, and the pair is as secret as the password.
      const password = await secrets.get(auth.password_secret);
      const pair = Buffer.from(`${auth.username}:${password}`).toString("base64");
      secrets.hide(pair);
      return { request: withHeader(request, "authorization", `Basic ${pair}`) };
    }
    case "api_key": {
      const value = await secrets.get(auth.secret);
      if (auth.in === "header") return { request: withHeader(request, auth.name, value) };
      const url = new URL(request.url);
      url.searchParams.set(auth.name, value);
      return { request: { ...request, url } };
    }
    case "oauth2_client_credentials": {
      const secret = await secrets.get(auth.client_secret);
      const asked = accessToken(auth, secret, scope, refused);
      const token = await inTime(asked, scope);
      secrets.hide(token);
      return { request: withHeader(request, "authorization", `Bearer ${token}`), token };
    }
  }
}
