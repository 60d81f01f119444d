import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server as NetServer,
} from "node:net";
import { EgressError } from "./error.ts";

const closers: (() => void)[] = [];

/** Closes every server that the tests of this file started so far. */
export function closeServers(): void {
  for (const close of closers.splice(0)) close();
}

/** Listens on a free loopback port until `closeServers`; gives the port. */
export async function listen(server: NetServer, host = "127.0.0.1"): Promise<number> {
  closers.push(() => server.close());
  server.listen(0, host);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** An HTTP upstream; `connections()` counts those it accepted. */
export async function serve(handler: RequestListener, host?: string) {
  const server: Server = createServer(handler);
  let connections = 0;
  server.on("connection", () => {
    connections++;
  });
  const port = await listen(server, host);
  closers.push(() => server.closeAllConnections());
  return { port, url: `http://127.0.0.1:${port}`, connections: () => connections };
}

/** A server that answers with raw bytes, whole HTTP or not, and closes; null says nothing ever. */
export async function serveBytes(bytes: string | null): Promise<string> {
  const server = createTcpServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", () => {
      if (bytes !== null) socket.end(bytes);
    });
    closers.push(() => socket.destroy());
  });
  return `http://127.0.0.1:${await listen(server)}`;
}

/** The `EgressError` that the promise must reject with. */
export async function failure(promise: Promise<unknown>): Promise<EgressError> {
  const error = await promise.then(
    () => new Error("the call succeeded"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof EgressError)) throw error;
  return error;
}

export async function textOf(body: AsyncIterable<unknown>): Promise<string> {
  let text = "";
  for await (const chunk of body) text += String(chunk);
  return text;
}

export function read(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
