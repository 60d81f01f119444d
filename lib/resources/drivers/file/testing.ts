import { createHash, createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * An S3 server for tests, as far as the driver needs one: objects in memory, lists in pages, ranges,
 * and signatures (AWS Signature Version 4, in headers and in presigned links) checked as Amazon's
 * documentation says, so that a wrong key, another path, another method and an old link are refused.
 */
export interface S3Server {
  endpoint: string;
  put(bucket: string, key: string, text: string): void;
  keys(bucket: string): string[];
  close(): Promise<void>;
}

interface Stored {
  bytes: Buffer;
  type: string;
  at: Date;
}

const credential = { id: "test-key", secret: "test-secret" };
const algorithm = "AWS4-HMAC-SHA256";

const hex = (data: string | Buffer) => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Buffer, data: string) =>
  createHmac("sha256", key).update(data).digest();

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

interface Signed {
  scope: string;
  names: string;
  signature: string;
  time: string;
  payload: string;
  /** Seconds; null for a request that is signed in its headers. */
  lives: number | null;
}

function signedIn(url: URL, { headers }: IncomingMessage): Signed | null {
  const of = (name: string) => url.searchParams.get(name) ?? "";
  if (of("X-Amz-Signature")) {
    return {
      ...{ scope: of("X-Amz-Credential"), names: of("X-Amz-SignedHeaders") },
      ...{ signature: of("X-Amz-Signature"), time: of("X-Amz-Date") },
      ...{ payload: "UNSIGNED-PAYLOAD", lives: Number(of("X-Amz-Expires")) },
    };
  }
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=(\w+)$/.exec(
      headers.authorization ?? "",
    );
  if (!found) return null;
  const [, scope = "", names = "", signature = ""] = found;
  const header = (name: string) => String(headers[name] ?? "");
  return {
    scope,
    names,
    signature,
    time: header("x-amz-date"),
    payload: header("x-amz-content-sha256"),
    lives: null,
  };
}

function timeOf(text: string): number {
  return Date.parse(
    text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"),
  );
}

/** Why the request is refused; null for one that is signed as it should be. */
function refusal(url: URL, request: IncomingMessage, body: Buffer): string | null {
  const signed = signedIn(url, request);
  if (!signed) return "AccessDenied";
  const [id, ...scope] = signed.scope.split("/");
  if (id !== credential.id || scope.length !== 4) return "InvalidAccessKeyId";
  const age = (Date.now() - timeOf(signed.time)) / 1000;
  if (!(age < (signed.lives ?? 900))) return "AccessDenied";
  if (signed.payload !== "UNSIGNED-PAYLOAD" && signed.payload !== hex(body))
    return "XAmzContentSHA256Mismatch";
  const query = [...url.searchParams]
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort();
  const headers = signed.names
    .split(";")
    .map((name) => `${name}:${String(request.headers[name] ?? "").trim()}\n`);
  const canonical = [
    request.method,
    url.pathname,
    query.join("&"),
    headers.join(""),
    signed.names,
    signed.payload,
  ].join("\n");
  const text = [algorithm, signed.time, scope.join("/"), hex(canonical)].join("\n");
  const key = scope.reduce<string | Buffer>(
    (parent, part) => hmac(parent, part),
    `AWS4${credential.secret}`,
  );
  return hmac(key, text).toString("hex") === signed.signature ? null : "SignatureDoesNotMatch";
}

function xml(response: ServerResponse, status: number, body: string): void {
  response
    .writeHead(status, { "content-type": "application/xml" })
    .end(`<?xml version="1.0" encoding="UTF-8"?>${body}`);
}

const failed = (response: ServerResponse, status: number, code: string) =>
  xml(
    response,
    status,
    `<Error><Code>${code}</Code><Message>${code} by the test</Message></Error>`,
  );
const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

function list(objects: Map<string, Stored>, { searchParams }: URL, response: ServerResponse): void {
  const prefix = searchParams.get("prefix") ?? "";
  const delimiter = searchParams.get("delimiter");
  const most = Number(searchParams.get("max-keys") ?? 1000);
  const after = Buffer.from(searchParams.get("continuation-token") ?? "", "base64").toString();
  const names = new Map<string, Stored | null>();
  for (const [key, stored] of objects) {
    if (!key.startsWith(prefix)) continue;
    const end = delimiter === null ? -1 : key.indexOf(delimiter, prefix.length);
    if (end < 0) names.set(key, stored);
    else names.set(key.slice(0, end + 1), null);
  }
  const all = [...names].sort(([a], [b]) => (a < b ? -1 : 1)).filter(([name]) => name > after);
  const shown = all.slice(0, most);
  const more = all.length > shown.length;
  const token = Buffer.from(shown.at(-1)?.[0] ?? "").toString("base64");
  const items = shown.map(([name, stored]) =>
    stored
      ? `<Contents><Key>${escaped(name)}</Key><Size>${stored.bytes.length}</Size><LastModified>${stored.at.toISOString()}</LastModified><ETag>"${hex(stored.bytes)}"</ETag></Contents>`
      : `<CommonPrefixes><Prefix>${escaped(name)}</Prefix></CommonPrefixes>`,
  );
  const next = more ? `<NextContinuationToken>${token}</NextContinuationToken>` : "";
  xml(
    response,
    200,
    `<ListBucketResult><IsTruncated>${more}</IsTruncated>${items.join("")}${next}</ListBucketResult>`,
  );
}

function get(stored: Stored, { method, headers }: IncomingMessage, response: ServerResponse): void {
  const { bytes, type, at } = stored;
  const common = {
    "content-type": type,
    "last-modified": at.toUTCString(),
    etag: `"${hex(bytes)}"`,
  };
  const range = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? "");
  if (!range) {
    response
      .writeHead(200, { ...common, "content-length": bytes.length })
      .end(method === "HEAD" ? undefined : bytes);
    return;
  }
  const start = Number(range[1]);
  const end = Math.min(range[2] ? Number(range[2]) : bytes.length - 1, bytes.length - 1);
  if (start >= bytes.length) {
    failed(response, 416, "InvalidRange");
    return;
  }
  response
    .writeHead(206, { ...common, "content-range": `bytes ${start}-${end}/${bytes.length}` })
    .end(bytes.subarray(start, end + 1));
}

export async function startS3Server(...buckets: string[]): Promise<S3Server> {
  const all = new Map(buckets.map((bucket) => [bucket, new Map<string, Stored>()]));

  function answer(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const refused = refusal(url, request, body);
    const [bucket = "", ...names] = url.pathname.slice(1).split("/").map(decodeURIComponent);
    const objects = all.get(bucket);
    const key = names.join("/");
    const stored = objects?.get(key);
    if (refused) failed(response, 403, refused);
    else if (!objects) failed(response, 404, "NoSuchBucket");
    else if (key === "") list(objects, url, response);
    else if (request.method === "PUT") {
      objects.set(key, {
        bytes: body,
        type: request.headers["content-type"] ?? "",
        at: new Date(),
      });
      response.writeHead(200, { etag: `"${hex(body)}"` }).end();
    } else if (request.method === "DELETE") {
      objects.delete(key);
      response.writeHead(204).end();
    } else if (stored) get(stored, request, response);
    else failed(response, 404, "NoSuchKey");
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => answer(request, Buffer.concat(chunks), response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    put: (bucket, key, text) =>
      all.get(bucket)?.set(key, { bytes: Buffer.from(text), type: "text/plain", at: new Date() }),
    keys: (bucket) => [...(all.get(bucket)?.keys() ?? [])],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The key that the server knows. */
export const s3Credential = credential;
