import { rawRoute } from "#lib/http/raw-route.ts";
import { refuseForeignPages } from "#lib/mcp/browser-guard.ts";
import { serveMcp } from "#lib/mcp/endpoint.ts";

export const POST = rawRoute({
  summary: "Send the tenant's MCP server a message",
  guard: refuseForeignPages,
  run: (ctx, { request }) => serveMcp(ctx, request),
});

export const GET = rawRoute({
  summary: "Answers 405: the MCP server opens no stream of its own",
  guard: refuseForeignPages,
  run: (ctx, { request }) => serveMcp(ctx, request),
});

export const DELETE = rawRoute({
  summary: "Answers 405: the MCP server keeps no session",
  guard: refuseForeignPages,
  run: (ctx, { request }) => serveMcp(ctx, request),
});
