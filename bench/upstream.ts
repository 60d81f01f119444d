import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";

/** The MCP server whose tool is proxied: answers the query it was sent. */
const mcp = createMcpHandler(
  () => {
    const mcpServer = new McpServer({ name: "bench", version: "1" });
    mcpServer.registerTool("echo", { inputSchema: z.object({ query: z.string() }) }, (args) => ({
      content: [{ type: "text", text: args.query }],
    }));
    return mcpServer;
  },
  { legacy: "reject" },
);
const serveMcp = getRequestListener((request) => mcp.fetch(request));

/** The HTTP service that the benchmark's tool calls: answers the arguments it was sent. */
const server = createServer((request, response) => {
  if (request.url === "/mcp") return void serveMcp(request, response);
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ received: Buffer.concat(chunks).length }));
  });
});
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
