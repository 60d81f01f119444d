import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { analytics } from "./endpoints/analytics.ts";
import { compliance } from "./endpoints/compliance.ts";
import type { Endpoint } from "./endpoints/endpoint.ts";
import { invoices } from "./endpoints/invoices.ts";
import { search } from "./endpoints/search.ts";
import { support } from "./endpoints/support.ts";
import { sync } from "./endpoints/sync.ts";
import { workflow } from "./endpoints/workflow.ts";

/** The service that the demo's tools call. */
export interface DemoUpstream {
  /** Its origin: `http://127.0.0.1:41234`. */
  url: string;
  port: number;
  close(): Promise<void>;
}

const endpoints: Readonly<Record<string, Endpoint>> = {
  "/analytics": analytics,
  "/support": support,
  "/search": search,
  "/workflow": workflow,
  "/compliance": compliance,
  "/sync": sync,
  "/invoices": invoices,
};

const largestBody = 64 * 1024;

/** The body's text; null when it is too large, read to its end so that the answer gets through. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= largestBody) chunks.push(chunk);
  }
  return bytes > largestBody ? null : Buffer.concat(chunks).toString("utf8");
}

function parse(text: string): { body: unknown } | null {
  try {
    return { body: JSON.parse(text) };
  } catch {
    return null;
  }
}

function send(response: ServerResponse, status: number, body: object, headers: object = {}): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    ...headers,
  });
  response.end(text);
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
  if (path === "/health") return send(response, 200, { status: "healthy" });
  const endpoint = Object.hasOwn(endpoints, path) ? endpoints[path] : undefined;
  if (!endpoint) return send(response, 404, { error: `No existe ${path}` });
  if (request.method !== "POST") {
    return send(response, 405, { error: "Solo admite POST" }, { allow: "POST" });
  }
  const { token } = endpoint;
  if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) {
    return send(response, 401, { error: "Falta el token" }, { "www-authenticate": "Bearer" });
  }
  const text = await readBody(request);
  if (text === null) return send(response, 413, { error: "El cuerpo es demasiado grande" });
  const parsed = parse(text);
  if (!parsed) return send(response, 400, { error: "El cuerpo no es JSON" });
  const answer = endpoint.answer(parsed.body);
  send(response, answer.status, answer.body);
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/**
 * Starts the service that the demo's tools call: POST /analytics, /support, /search, /workflow,
 * /compliance, /sync and (with its token) /invoices answer JSON computed from their arguments alone, or 422 with what is wrong
 * with them. Port 0, the default, picks a free one; `host` is a loopback address.
 */
export async function startDemoUpstream(
  options: { port?: number; host?: string } = {},
): Promise<DemoUpstream> {
  const host = options.host ?? "127.0.0.1";
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  const port = await listen(server, options.port ?? 0, host);
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
