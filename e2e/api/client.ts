import { randomBytes } from "node:crypto";
import { inject } from "vitest";

export interface Answer<T> {
  status: number;
  headers: Headers;
  /** The parsed body; text where it is not JSON. */
  body: T;
}

/** Sends one request as a credential; the body goes as JSON. */
export type Call = <T = Record<string, unknown>>(
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer<T>>;

/** A client of `url` with a key, and headers that each request carries. */
export function callAs(url: string, key: string | null, always: Record<string, string> = {}): Call {
  return async <T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> => {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...always,
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: "manual",
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get("content-type") ?? "") && text !== "";
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson ? JSON.parse(text) : text) as T,
    };
  };
}

/** The platform's key on the suite's server, acting for a tenant where one is named. */
export function platform(tenantId?: string): Call {
  const headers: Record<string, string> = tenantId ? { "x-tenant-id": tenantId } : {};
  return callAs(inject("serverUrl"), inject("platformKey"), headers);
}

export interface NewTenant {
  tenantId: string;
  key: string;
  call: Call;
}

/** Makes a tenant of its own for a test, and a key of it with all scopes. */
export async function newTenant(
  config: Record<string, unknown> = {},
  server: { url: string; key: string } = {
    url: inject("serverUrl"),
    key: inject("platformKey"),
  },
): Promise<NewTenant> {
  const tenantId = `e2e-${randomBytes(6).toString("hex")}`;
  const operator = callAs(server.url, server.key, { "x-tenant-id": tenantId });
  const made = await operator("POST", "/tenants/configure", {
    tenant_id: tenantId,
    name: tenantId,
    ...config,
  });
  if (made.status !== 200) throw new Error(JSON.stringify(made.body));
  const { body } = await operator<{ key: string }>("POST", "/keys", { name: "e2e" });
  return { tenantId, key: body.key, call: callAs(server.url, body.key) };
}
