import { createServer, type IncomingHttpHeaders } from "node:http";
import { type Listening, listen } from "#lib/testing/deployment.ts";

/** The far end of the workshop's HTTP tools. */
export interface Service extends Listening {
  /** The headers of the request that came last. */
  last: IncomingHttpHeaders;
}

function parameter(name: string, where: "path" | "query", type: string) {
  return { name, in: where, required: where === "path", schema: { type } };
}

/** A small API as its vendor would describe it. */
function description(url: string): object {
  const responses = { "200": { description: "Done" } };
  return {
    openapi: "3.1.0",
    info: { title: "Orders", version: "1.0.0" },
    servers: [{ url }],
    paths: {
      "/orders": {
        get: {
          operationId: "listOrders",
          summary: "List the orders",
          parameters: [parameter("customer", "query", "string")],
          responses,
        },
      },
      "/orders/{order_id}": {
        get: {
          operationId: "getOrder",
          summary: "Read an order",
          parameters: [parameter("order_id", "path", "integer")],
          responses,
        },
      },
    },
  };
}

/**
 * Starts an HTTP service on loopback: /openapi.json describes it, and any other address answers what
 * it was asked with, headers and so the credential among it.
 */
export async function startService(): Promise<Service> {
  const made: { last: IncomingHttpHeaders; url: string } = { last: {}, url: "" };
  const server = createServer((request, response) => {
    const { method, url, headers } = request;
    response.setHeader("content-type", "application/json");
    if (url === "/openapi.json") return response.end(JSON.stringify(description(made.url)));
    made.last = headers;
    return response.end(JSON.stringify({ method, url, headers }));
  });
  return Object.assign(made, await listen(server));
}
