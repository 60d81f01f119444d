import { EgressError, guardedFetch } from "#lib/core/egress.ts";
import { isJsonObject, type JsonObject, parseJson } from "#lib/core/json.ts";
import { adapters } from "#lib/providers/adapters/index.ts";
import { keyOf } from "#lib/providers/complete.ts";
import { ProviderError } from "#lib/providers/provider-error.ts";
import type { Provider } from "#lib/providers/schema.ts";
import { redact } from "#lib/secrets/redact.ts";
import type { TenantSnapshot } from "#lib/tenants/snapshot.ts";
import type { RequestShape } from "./bound.ts";
import { errorOfEvent, failureOfStatus } from "./error-answer.ts";
import { Failure } from "./failure.ts";
import { BrokenStream, readEvents, type ServerEvent } from "./server-events.ts";

/** One request as a provider gets it. */
export interface Asking {
  /** Under the provider's address, such as `/chat/completions`. */
  path: string;
  shape: RequestShape;
  body: string;
  /** What `body` is the text of. */
  data(): JsonObject;
  /** The member that limits the answer; null: nothing does. */
  limit: string | null;
  /** The client itself has set a limit. */
  hasOwnLimit: boolean;
  isStream: boolean;
  /** Besides the key and the types. */
  headers: Readonly<Record<string, string>>;
  /** Until an answer is whole, or the first event of a stream is there. */
  timeoutMs: number;
}

/** An answer that is whole, or the events of one that has begun. */
export type Asked =
  | { kind: "whole"; text: string; data: JsonObject }
  | { kind: "stream"; events: AsyncGenerator<ServerEvent, void, undefined>; stop(): void };

const largestAnswer = 64 * 1024 * 1024;
/** The longest that a stream which has begun may say nothing. */
const longestSilenceMs = 300_000;
const largestError = 64 * 1024;

function malformed(name: string, cause: unknown, says: string): Failure {
  const text = `The provider ${name} answered something else than its API says: ${says}. Check its type and base_url.`;
  const circumstances = { status: 502, goesOn: true, wasAsked: true, cause };
  return new Failure("provider_invalid_answer", text, circumstances);
}

/** What went wrong on the way to a provider or back, in our words. */
function toFailure(error: unknown, name: string): unknown {
  if (error instanceof Failure) return error;
  if (error instanceof EgressError) {
    const isLate = error.code === "egress_timeout";
    const text = `The provider ${name} could not be called: ${error.message}.`;
    const circumstances = { status: isLate ? 504 : 502, goesOn: true, wasAsked: true };
    return new Failure(error.code, text, { ...circumstances, cause: error });
  }
  if (error instanceof BrokenStream) return malformed(name, error, error.message);
  return error;
}

/** Reads what a provider says of an error, and no more than is of use. */
async function errorText(response: Response): Promise<string> {
  if (!response.body) return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    chunks.push(part.value);
    size += part.value.length;
    if (size > largestError) {
      void reader.cancel().catch(() => undefined);
      break;
    }
  }
  return Buffer.concat(chunks).subarray(0, largestError).toString("utf8");
}

async function keyFor(tenantId: string, provider: Provider): Promise<string> {
  try {
    return await keyOf(tenantId, provider);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const circumstances = { status: 502, goesOn: true, wasAsked: false, cause: error };
    throw new Failure(error.code, error.message, circumstances);
  }
}

async function wholeAnswer(response: Response, name: string, key: string): Promise<Asked> {
  const given = await response.text();
  // A provider that repeats the key would show it to whoever may only use it.
  const text = given.includes(key) ? redact(given, new Set([key])) : given;
  let data: unknown;
  try {
    data = parseJson(text);
  } catch (error) {
    throw malformed(name, error, "its body is not JSON");
  }
  if (!isJsonObject(data)) throw malformed(name, undefined, "its body is no JSON object");
  return { kind: "whole", text, data };
}

/** A provider that repeats the key within an event would show it to whoever may only use it. */
async function* masked(
  events: AsyncGenerator<ServerEvent, void, undefined>,
  key: string,
): AsyncGenerator<ServerEvent, void, undefined> {
  const bytes = Buffer.from(key);
  const hidden = new Set([key]);
  for await (const event of events) {
    const { raw, data } = event;
    if (key === "" || Buffer.from(raw.buffer, raw.byteOffset, raw.length).indexOf(bytes) === -1) {
      yield event;
    } else {
      const text = redact(Buffer.from(raw).toString("utf8"), hidden);
      yield { raw: Buffer.from(text), data: redact(data, hidden) };
    }
  }
}

async function* prepend(
  first: ServerEvent,
  rest: AsyncGenerator<ServerEvent, void, undefined>,
): AsyncGenerator<ServerEvent, void, undefined> {
  yield first;
  yield* rest;
}

/** Waits for the first event that says something: until then another provider can be asked. */
async function begunStream(
  response: Response,
  name: string,
  key: string,
  stop: () => void,
): Promise<Asked> {
  const type = response.headers.get("content-type") ?? "none";
  if (!response.body || !/^text\/event-stream\b/i.test(type)) {
    throw malformed(name, undefined, `its content type is ${type.slice(0, 100)}, not a stream`);
  }
  const events = masked(readEvents(response.body), key);
  let next = await events.next();
  while (!next.done && next.value.data === "") next = await events.next();
  if (next.done) throw malformed(name, undefined, "its stream is empty");
  const refusal = errorOfEvent(name, next.value.data);
  if (refusal) throw refusal;
  return { kind: "stream", events: prepend(next.value, events), stop };
}

/**
 * Sends one request to a provider, under the tenant's guard, with its key and no other header of the
 * caller's than are given. Throws `Failure` for whatever is no answer, and `signal`'s reason.
 */
export async function askProvider(
  { tenant, egress }: TenantSnapshot,
  provider: Provider,
  asking: Asking,
  signal: AbortSignal,
): Promise<Asked> {
  const { name, type, baseUrl } = provider;
  const key = await keyFor(tenant.tenant_id, provider);
  const { keyHeader, ownAddress } = adapters[type];
  const { timeoutMs, isStream, body } = asking;
  const [keyName, keyValue] = keyHeader(key);
  const stop = new AbortController();
  const late = setTimeout(() => {
    const text = `The provider ${name} did not answer within ${timeoutMs} ms.`;
    stop.abort(new Failure("timed_out", text, { status: 504, goesOn: true, wasAsked: true }));
  }, timeoutMs);
  try {
    const silenceMs = Math.max(timeoutMs, longestSilenceMs);
    const guarded = guardedFetch(egress, { timeoutMs: silenceMs, maxBytes: largestAnswer });
    const response = await guarded((baseUrl ?? ownAddress).replace(/\/+$/, "") + asking.path, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: isStream ? "text/event-stream" : "application/json",
        ...asking.headers,
        [keyName]: keyValue,
      },
      body,
      redirect: "error",
      signal: AbortSignal.any([signal, stop.signal]),
    });
    if (!response.ok) {
      const said = redact(await errorText(response), new Set([key]));
      throw failureOfStatus(name, response, said);
    }
    if (isStream) return await begunStream(response, name, key, () => stop.abort());
    return await wholeAnswer(response, name, key);
  } catch (error) {
    stop.abort();
    signal.throwIfAborted();
    throw stop.signal.reason instanceof Failure ? stop.signal.reason : toFailure(error, name);
  } finally {
    clearTimeout(late);
  }
}
