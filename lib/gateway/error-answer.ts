import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { Failure, type FailureCode } from "./failure.ts";

function readObject(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

const longestDetail = 500;

/** What a provider says of an error, in a line; both dialects have it in `error.message`. */
function detailOf(text: string): string {
  const { error, message } = readObject(text);
  const said = isJsonObject(error) ? error.message : (error ?? message ?? text);
  const line = (typeof said === "string" ? said : text).replace(/\s+/g, " ").trim();
  return line.length > longestDetail ? `${line.slice(0, longestDetail)}…` : line;
}

const longestWaitSeconds = 3_600;

/** Seconds of a Retry-After header (RFC 9110, section 10.2.3), or of `retry-after-ms`. */
function retryAfterOf(headers: Headers): number | undefined {
  const ms = Number(headers.get("retry-after-ms") ?? Number.NaN);
  const given = headers.get("retry-after") ?? "";
  const date = Date.parse(given);
  const seconds = /^\d+(\.\d+)?$/.test(given)
    ? Number(given)
    : Number.isNaN(date)
      ? Number.NaN
      : (date - Date.now()) / 1000;
  const wait = ms >= 0 ? ms / 1000 : seconds;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), longestWaitSeconds);
}

function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

function codeOf(status: number): FailureCode {
  if (status === 429 || status === 529 || status === 503) return "provider_busy";
  return status >= 500 || status === 408 ? "provider_failed" : "provider_refused";
}

/** An answer that is an error. The provider's refusal of the tenant's key is none of the caller's. */
export function failureOfStatus(name: string, response: Response, body: string): Failure {
  const { status, headers } = response;
  const isKey = status === 401 || status === 403;
  const goesOn = isPassing(status);
  const isCallers = status >= 400 && !isKey;
  const advice = isKey ? " The provider's key, or what it may use, has to be changed." : "";
  const text = `The provider ${name} answered ${status}: ${detailOf(body)}${advice}`;
  const contentType = headers.get("content-type") ?? "";
  return new Failure(codeOf(status), text, {
    ...{ status: isCallers ? status : 502, goesOn, wasAsked: true },
    retryAfterSeconds: goesOn ? retryAfterOf(headers) : undefined,
    answer: isCallers && /json/i.test(contentType) ? { body, contentType } : undefined,
  });
}

const statusOfType: Record<string, number> = {
  overloaded_error: 529,
  rate_limit_error: 429,
  invalid_request_error: 400,
  not_found_error: 404,
  request_too_large: 413,
};

/** The failure that an event of a stream tells of, in either dialect; null for any other event. */
export function errorOfEvent(name: string, data: string): Failure | null {
  if (!data.includes('"error"')) return null;
  const { error, choices } = readObject(data);
  if (!isJsonObject(error) || choices !== undefined) return null;
  const status = statusOfType[String(error.type)] ?? 502;
  const text = `The provider ${name} answered: ${detailOf(data)}`;
  const circumstances = { status, goesOn: isPassing(status), wasAsked: true };
  return new Failure(codeOf(status), text, circumstances);
}
