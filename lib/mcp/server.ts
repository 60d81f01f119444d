import { type ListToolsResult, Server } from "@modelcontextprotocol/server";
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/server/validators/ajv";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { decodeCursor, encodeCursor } from "#lib/core/page.ts";
import { version } from "#lib/core/version.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";
import { callTool } from "#lib/tools/call.ts";
import { catalogOf } from "#lib/tools/catalog.ts";
import { toProtocolError } from "./errors.ts";

const toolsPerPage = 500;

/** Never asked: it is for answers to elicitation. Shared, since each server would make its own. */
const jsonSchemaValidator = new AjvJsonSchemaValidator();

/** A page of the tenant's tools in the order of their names; the cursor is the last name shown. */
async function listTools(ctx: Ctx, cursor: string | undefined): Promise<ListToolsResult> {
  authorize(ctx, "tools:read");
  const { listed } = await catalogOf(ctx.tenantId);
  const after = cursor === undefined ? null : (decodeCursor(cursor, 1)[0] ?? "");
  const start = after === null ? 0 : listed.findIndex(({ name }) => name > after);
  const tools = start === -1 ? [] : listed.slice(start, start + toolsPerPage);
  const last = tools.at(-1);
  const more = last !== undefined && start + tools.length < listed.length;
  return { tools, ...(more ? { nextCursor: encodeCursor(last.name) } : {}) };
}

/** An MCP server of the caller's tenant, for one request. */
export async function serverFor(ctx: Ctx): Promise<Server> {
  const name = (await findSnapshot(ctx.tenantId))?.tenant.name ?? ctx.tenantId;
  const server = new Server(
    { name: "tausestack", title: `${name} on TauseStack`, version },
    {
      capabilities: { tools: {} },
      instructions: `The tools of ${name}. A result with isError says what to change before another call.`,
      jsonSchemaValidator,
    },
  );
  const answer = async <T>(make: () => Promise<T>): Promise<T> => {
    try {
      return await make();
    } catch (error) {
      throw toProtocolError(error, ctx.requestId);
    }
  };
  server.setRequestHandler("tools/list", ({ params }) =>
    answer(() => listTools(ctx, params?.cursor)),
  );
  server.setRequestHandler("tools/call", ({ params }, { mcpReq }) =>
    answer(async () => {
      const call = { mcpName: params.name, arguments: params.arguments ?? {} };
      const result = await callTool(ctx, call, { signal: mcpReq.signal });
      return server.projectCallToolResult(result, undefined);
    }),
  );
  return server;
}
