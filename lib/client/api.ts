import type { z } from "zod";
import { ApiError, toApiError } from "./api-error.ts";
import { signInAddress } from "./callback-path.ts";

/** One call of the REST API; `tenantId` is the tenant that it is about. */
export interface ApiCall<T> {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  query?: Record<string, string | undefined>;
  tenantId?: string;
  body?: unknown;
  /** Sent as it is, with its own type, in the place of a JSON body. */
  blob?: Blob;
  response: z.ZodType<T>;
  signal?: AbortSignal;
}

/** `/tools/a%2Fb/call` of `tools`, `a/b`, `call`. */
export function pathOf(...segments: string[]): string {
  return segments.map((segment) => `/${encodeURIComponent(segment)}`).join("");
}

const jsonType = "application/json";

function search(query: Record<string, string | undefined>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => !!entry[1]);
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}

async function send(call: Omit<ApiCall<unknown>, "response">): Promise<Response> {
  const { method = "GET", path, query = {}, tenantId, body, blob, signal } = call;
  const type = body === undefined ? blob && (blob.type || "application/octet-stream") : jsonType;
  try {
    return await fetch(path + search(query), {
      method,
      headers: {
        ...(tenantId === undefined ? {} : { "x-tenant-id": tenantId }),
        ...(type === undefined ? {} : { "content-type": type }),
      },
      ...(body === undefined ? (blob ? { body: blob } : {}) : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    const message = "The server cannot be reached. Check the connection and try again.";
    throw new ApiError("unreachable", message, { cause });
  }
}

/** The error of a refused call; when the session has ended it also leaves for the sign-in page. */
async function failureOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  if (response.status === 401) {
    location.assign(signInAddress(location.pathname + location.search));
  }
  return toApiError(response.status, body);
}

/**
 * Calls the API of the page's own origin with the session's cookie. Throws `ApiError`; when the
 * session has ended it also leaves for the sign-in page, which leads back here.
 */
export async function callApi<T>(call: ApiCall<T>): Promise<T> {
  const response = await send(call);
  if (!response.ok) throw await failureOf(response);
  const body: unknown = await response.json().catch(() => null);
  return call.response.parse(body);
}

/** The same for an answer that is taken as the bytes that it is. */
export async function readBlob(call: Omit<ApiCall<unknown>, "response">): Promise<Blob> {
  const response = await send(call);
  if (!response.ok) throw await failureOf(response);
  return response.blob();
}
