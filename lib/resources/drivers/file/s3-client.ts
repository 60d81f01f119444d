import { Readable } from "node:stream";
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { guardedFetch } from "#lib/core/egress.ts";
import type { DriverScope } from "../scope.ts";
import type { BucketConnection } from "./connection-schema.ts";

const timeoutMs = 30_000;
/** Of an answer; files larger than that are read in ranges, or by a link. */
const largestAnswer = 16 * 1024 * 1024;

/** What the library asks its handler to send. */
interface Sent {
  method: string;
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
  query?: Record<string, string | string[] | null>;
  headers: Record<string, string>;
  body?: Uint8Array<ArrayBuffer> | string;
}

/** RFC 3986, as the request was signed. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function addressOf({ protocol, hostname, port, path, query = {} }: Sent): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? ""]).map((one) => `${encode(name)}=${encode(one)}`),
  );
  const host = port === undefined ? hostname : `${hostname}:${port}`;
  return `${protocol}//${host}${path}${pairs.length > 0 ? `?${pairs.join("&")}` : ""}`;
}

/** The library's requests through the egress guard, which no redirect takes elsewhere. */
function handlerOf({ egress, signal }: DriverScope): NonNullable<S3ClientConfig["requestHandler"]> {
  const send = guardedFetch(egress, { timeoutMs, maxBytes: largestAnswer });
  return {
    async handle(request: Sent) {
      const response = await send(addressOf(request), {
        method: request.method,
        headers: request.headers,
        redirect: "manual",
        ...(request.body === undefined || request.method === "GET" || request.method === "HEAD"
          ? {}
          : { body: request.body }),
        ...(signal ? { signal } : {}),
      });
      const headers = Object.fromEntries(response.headers);
      const body = Readable.from([Buffer.from(await response.arrayBuffer())]);
      return {
        response: { statusCode: response.status, reason: response.statusText, headers, body },
      };
    },
    metadata: { handlerProtocol: "http/1.1" },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  } as unknown as NonNullable<S3ClientConfig["requestHandler"]>;
}

/** A client of the tenant's own keys: nothing of the process's environment or profile is asked. */
export async function s3Client(
  scope: DriverScope,
  connection: BucketConnection,
): Promise<S3Client> {
  const { endpoint, region, path_style, access_key_id_secret, secret_access_key_secret } =
    connection;
  return new S3Client({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    forcePathStyle: path_style,
    credentials: {
      accessKeyId: await scope.secret(access_key_id_secret),
      secretAccessKey: await scope.secret(secret_access_key_secret),
    },
    maxAttempts: 2,
    requestHandler: handlerOf(scope),
    // Servers other than Amazon's refuse the checksums that newer clients add by themselves.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    followRegionRedirects: false,
    defaultsMode: "standard",
  });
}
