import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** The HTTP service that the benchmark's tool calls: answers the arguments it was sent. */
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ received: Buffer.concat(chunks).length }));
  });
});
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
