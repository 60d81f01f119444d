import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Upstream {
  url: string;
  close(): Promise<void>;
}

/** An HTTP service on loopback: the far end of a tool's socket. */
export async function startUpstream(
  answer: (request: IncomingMessage, body: string, response: ServerResponse) => void,
): Promise<Upstream> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => answer(request, Buffer.concat(chunks).toString(), response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers the arguments that it was sent. */
export function startEcho(): Promise<Upstream> {
  return startUpstream((_request, body, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ echo: JSON.parse(body || "null") }));
  });
}
