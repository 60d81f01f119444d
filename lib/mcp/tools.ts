import type {
  CallToolResult,
  ListToolsResult,
  ProtocolEra,
  Server,
} from "@modelcontextprotocol/server";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { callToolFor } from "#lib/tools/call.ts";
import { catalogOf } from "#lib/tools/catalog.ts";
import { isInputRequired } from "#lib/tools/client.ts";
import { pageOf } from "./page.ts";
import { asking } from "./request-state.ts";
import type { Handle } from "./server.ts";
import { callAsTask } from "./tasks.ts";
import { toolClientOf } from "./tool-client.ts";

/** A page of the tenant's tools in the order of their names. */
export async function listTools(ctx: Ctx, cursor: string | undefined): Promise<ListToolsResult> {
  authorize(ctx, "tools:read");
  const { listed } = await catalogOf(ctx.tenantId);
  const { items, nextCursor } = pageOf(listed, ({ name }) => name, cursor);
  return { tools: items, ...(nextCursor === undefined ? {} : { nextCursor }) };
}

export function serveTools(server: Server, handle: Handle, era: ProtocolEra): void {
  server.setRequestHandler(
    "tools/list",
    handle((ctx, { params }) => listTools(ctx, params?.cursor)),
  );
  server.setRequestHandler(
    "tools/call",
    handle(async (ctx, { params }, context) => {
      const call = { mcpName: params.name, arguments: params.arguments ?? {} };
      const task = era === "modern" ? await callAsTask(server, ctx, call, context) : null;
      if (task) return task as CallToolResult;
      const client = toolClientOf(server, context, params.name);
      const outcome = await callToolFor(ctx, call, client);
      if (isInputRequired(outcome)) return asking(context, params.name, outcome);
      return server.projectCallToolResult(outcome, undefined);
    }),
  );
}
