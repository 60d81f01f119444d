import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** An HTTP server on a free loopback port. */
export interface Listening {
  url: string;
  /** As an entry of `egress_allow`. */
  host: string;
  close(): Promise<void>;
}

/** Answers a request of the API; false for an address that is not the API's. */
export type ApiLane = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Listens on loopback; closing ends open connections too. */
export async function listen(server: Server): Promise<Listening> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${host}`,
    host,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Serves a lane over HTTP, as a whole deployment; `requests` are those that it got. */
export async function startDeployment(lane: ApiLane): Promise<Listening & { requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (!lane(request, response)) response.writeHead(404).end();
  });
  return { ...(await listen(server)), requests };
}
