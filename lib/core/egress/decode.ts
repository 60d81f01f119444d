import { kMaxLength } from "node:buffer";
import { pipeline, type Readable, type Transform } from "node:stream";
import { promisify } from "node:util";
import {
  brotliDecompress,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  gunzip,
  inflate,
} from "node:zlib";
import { EgressError, toEgressError } from "./error.ts";

/** Header names in lower case, as undici gives them; an array where a name came repeatedly. */
export type RawHeaders = Record<string, string | string[] | undefined>;

interface Coding {
  whole(bytes: Uint8Array, options: { maxOutputLength: number }): Promise<Uint8Array>;
  stream(): Transform;
}

const gzip: Coding = { whole: promisify(gunzip), stream: createGunzip };

/** Content codings (RFC 9110 section 8.4.1) that are undone on arrival. */
const codings = new Map<string, Coding>([
  ["gzip", gzip],
  ["x-gzip", gzip],
  ["deflate", { whole: promisify(inflate), stream: createInflate }],
  ["br", { whole: promisify(brotliDecompress), stream: createBrotliDecompress }],
]);

/** More layers than anyone sends in good faith. */
const MAX_LAYERS = 3;

/** The codings of an answer, outermost first; none if one of them is unknown. */
export function codingsOf(headers: RawHeaders, host: string): Coding[] {
  const names = String(headers["content-encoding"] ?? "")
    .toLowerCase()
    .split(",");
  const layers = names.map((name) => name.trim()).filter((name) => name && name !== "identity");
  if (layers.length > MAX_LAYERS) {
    throw new EgressError("egress_unreachable", `${host} compressed its answer too many times`);
  }
  const known = layers.reverse().map((name) => codings.get(name));
  return known.every((coding) => coding !== undefined) ? known : [];
}

/** Undoes the codings of a whole body. Throws `egress_too_large` past `maxBytes` at any layer. */
export async function decodeBody(
  body: Uint8Array,
  layers: readonly Coding[],
  maxBytes: number,
  host: string,
): Promise<Uint8Array> {
  let bytes = body;
  try {
    for (const layer of layers) {
      // What zlib takes is 1 to kMaxLength; a smaller allowance is checked below.
      bytes = await layer.whole(bytes, {
        maxOutputLength: Math.min(Math.max(1, maxBytes), kMaxLength),
      });
    }
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    throw tooLarge ? answerTooLarge(host, maxBytes) : toEgressError(error, host);
  }
  if (bytes.length > maxBytes) throw answerTooLarge(host, maxBytes);
  return bytes;
}

/** Undoes the codings of a body as it arrives; destroying the answer destroys `body`. */
export function decodeStream(body: Readable, layers: readonly Coding[]): Readable {
  let last = body;
  for (const layer of layers) {
    // The error reaches the reader as the last stream's own.
    last = pipeline(last, layer.stream(), () => undefined);
  }
  return last;
}

/** The answer's headers; those of its transfer are left out when its body was decoded. */
export function answerHeaders(raw: RawHeaders, decoded: boolean): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw)) {
    if (decoded && (name === "content-encoding" || name === "content-length")) continue;
    if (typeof value === "string") headers.append(name, value);
    else for (const one of value ?? []) headers.append(name, one);
  }
  return headers;
}

export function answerTooLarge(host: string, maxBytes: number): EgressError {
  return new EgressError("egress_too_large", `${host} answered with more than ${maxBytes} bytes`);
}
