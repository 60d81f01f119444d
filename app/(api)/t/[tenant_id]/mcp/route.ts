import { rawRoute } from "#lib/http/raw-route.ts";
import { refuseForeignPages } from "#lib/mcp/browser-guard.ts";
import { serveMcp } from "#lib/mcp/endpoint.ts";

export const POST = rawRoute({
  summary: "Send the tenant's MCP server a message",
  tenantFrom: "path",
  guard: refuseForeignPages,
  run: (ctx, { request }) => serveMcp(ctx, request),
});

export const GET = rawRoute({
  summary: "Receive what the MCP server sends to a session of a client before 2026-07-28",
  tenantFrom: "path",
  guard: refuseForeignPages,
  run: (ctx, { request }) => serveMcp(ctx, request),
});

export const DELETE = rawRoute({
  summary: "End a session of a client before 2026-07-28",
  tenantFrom: "path",
  guard: refuseForeignPages,
  run: (ctx, { request }) => serveMcp(ctx, request),
});
