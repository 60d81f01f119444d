import type { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import { answerHeaders, answerTooLarge, codingsOf, decodeStream } from "./decode.ts";
import { toEgressError } from "./error.ts";
import { startCancellation } from "./exchange.ts";
import { type Hop, redirectOf } from "./hop.ts";

/** `timeoutMs` is the longest silence: until the headers, then between two parts of the body. */
export interface StreamLimits {
  timeoutMs: number;
  maxBytes: number;
  signal: AbortSignal | null | undefined;
}

/** An answer whose body is still arriving. Whoever takes it must read, cancel or discard it. */
export interface StreamAnswer {
  status: number;
  redirect: string | null;
  /** The answer as a standard `Response`. */
  toResponse(redirected: boolean): Response;
  discard(): void;
}

/** Statuses with which a `Response` must have no body (Fetch standard, null body status). */
const NULL_BODY = [204, 205, 304];

/** Sends one request and gives its answer as soon as the headers are there. */
export async function openStream(
  agent: Dispatcher,
  hop: Hop,
  limits: StreamLimits,
): Promise<StreamAnswer> {
  const { host } = hop.url;
  const controller = new AbortController();
  const cancellation = startCancellation(host, limits.timeoutMs, limits.signal);
  // undici's own signal does not end a request that is still connecting.
  const cancelled = new Promise<never>((_resolve, reject) => {
    cancellation.onCancel = (error) => {
      reject(error);
      controller.abort(error);
    };
  });
  const opened = agent.request({
    origin: hop.url.origin,
    path: hop.url.pathname + hop.url.search,
    method: hop.method,
    headers: hop.headers,
    body: hop.body,
    bodyTimeout: limits.timeoutMs,
    signal: controller.signal,
  });
  try {
    const answer = await Promise.race([opened, cancelled]);
    cancellation.stopClock();
    const { body, headers, statusCode: status } = answer;
    body.on("error", () => undefined).once("close", cancellation.release);
    const discard = () => void body.destroy();
    return {
      status,
      redirect: redirectOf(status, headers),
      discard,
      toResponse(redirected) {
        try {
          const empty = hop.method === "HEAD" || NULL_BODY.includes(status);
          const layers = empty ? [] : codingsOf(headers, host);
          const response = new Response(
            empty ? null : toWebStream(decodeStream(body, layers), host, limits),
            {
              status,
              statusText: answer.statusText,
              headers: answerHeaders(headers, layers.length > 0),
            },
          );
          if (empty) body.resume();
          Object.defineProperty(response, "url", { value: hop.url.href });
          Object.defineProperty(response, "redirected", { value: redirected });
          return response;
        } catch (error) {
          discard();
          throw toEgressError(error, host);
        }
      },
    };
  } catch (error) {
    cancellation.release();
    throw toEgressError(error, host);
  }
}

/** `Readable.toWeb` with a size limit, our errors, and the signal's own reason on an abort. */
function toWebStream(
  source: Readable,
  host: string,
  { maxBytes, signal }: StreamLimits,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let size = 0;
  let cancelled = false;
  return new ReadableStream({
    start(stream) {
      source.on("data", (chunk: Buffer<ArrayBuffer>) => {
        if (cancelled) return;
        size += chunk.length;
        if (size > maxBytes) {
          source.destroy(answerTooLarge(host, maxBytes));
          return;
        }
        stream.enqueue(chunk);
        if ((stream.desiredSize ?? 0) <= 0) source.pause();
      });
      source.once("end", () => cancelled || stream.close());
      source.once("error", (error) => {
        if (cancelled) return;
        stream.error(signal?.aborted ? signal.reason : toEgressError(error, host));
      });
    },
    pull() {
      source.resume();
    },
    cancel() {
      cancelled = true;
      source.destroy();
    },
  });
}
