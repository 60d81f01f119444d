import { env } from "#lib/core/env.ts";
import { AppError } from "#lib/core/errors.ts";
import { parseJson } from "#lib/core/json.ts";

function tooLarge(limit: number): AppError {
  return new AppError("payload_too_large", `The body is larger than ${limit} bytes.`, {
    extra: { limit },
  });
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function decode(bytes: Uint8Array | ArrayBuffer): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new AppError("invalid_json", "The body is not valid UTF-8.", { cause });
  }
}

/**
 * The request's body as text, never reading more than the cap; throws `payload_too_large` (413), and
 * `invalid_json` for bytes that are not UTF-8.
 */
export async function readText(request: Request): Promise<string> {
  // A body whose length is announced cannot be longer: HTTP framing ends it there.
  if (announcedLength(request) >= 0) return decode(await request.arrayBuffer());
  return decode(await gather(request));
}

/** The request's body as it is, under the same cap. Throws 413, and 415 for an encoded one. */
export async function readBytes(request: Request): Promise<Uint8Array> {
  refuseEncoding(request);
  if (announcedLength(request) >= 0) return new Uint8Array(await request.arrayBuffer());
  return gather(request);
}

/** NaN where the length is not announced; throws `payload_too_large` for one past the cap. */
function announcedLength(request: Request): number {
  const limit = env().TAUSESTACK_MAX_BODY_BYTES;
  const announced = Number(request.headers.get("content-length") ?? Number.NaN);
  if (announced > limit) throw tooLarge(limit);
  return announced;
}

async function gather(request: Request): Promise<Uint8Array> {
  const limit = env().TAUSESTACK_MAX_BODY_BYTES;
  if (!request.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks);
    size += value.byteLength;
    if (size > limit) {
      void discard(reader);
      throw tooLarge(limit);
    }
    chunks.push(value);
  }
}

function refuseEncoding(request: Request): void {
  const encoding = request.headers.get("content-encoding");
  if (encoding === null || encoding === "identity") return;
  throw new AppError("unsupported_media_type", "Send the body without a content encoding.");
}

/** Reads on until the server ends it: a client that still sends would never read the refusal. */
async function discard(reader: ReadableStreamDefaultReader): Promise<void> {
  const isOver = () =>
    reader.read().then(
      ({ done }) => done,
      () => true,
    );
  while (!(await isOver()));
}

/** The request's JSON body; an absent one is undefined. Throws 413, 415 or `invalid_json`. */
export async function readJson(request: Request): Promise<unknown> {
  const text = await readText(request);
  if (text.trim() === "") return undefined;
  refuseEncoding(request);
  const type = request.headers.get("content-type");
  if (type !== null && !/^(application|text)\/([\w.-]+\+)?(json|plain)\b/i.test(type)) {
    throw new AppError("unsupported_media_type", "Send the body as application/json.");
  }
  return parseJson(text);
}
