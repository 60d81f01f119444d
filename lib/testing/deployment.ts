import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createApiLane } from "#lib/http/api-lane.ts";
import { loadRoutes } from "#lib/http/load-routes.ts";

/** An HTTP server on a free loopback port. */
export interface Listening {
  url: string;
  /** As an entry of `egress_allow`. */
  host: string;
  close(): Promise<void>;
}

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

/** Serves the whole API of `app/(api)` over HTTP, on the suite's database. */
export async function startDeployment(): Promise<Listening & { requests: string[] }> {
  const lane = createApiLane(await loadRoutes(join(process.cwd(), "app", "(api)")));
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (!lane(request, response)) response.writeHead(404).end();
  });
  return { ...(await listen(server)), requests };
}
