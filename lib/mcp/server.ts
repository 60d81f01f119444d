import {
  type Implementation,
  McpServer,
  type ProtocolEra,
  type Server,
} from "@modelcontextprotocol/server";
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/server/validators/ajv";
import type { Ctx } from "#lib/core/ctx.ts";
import type { Permission } from "#lib/core/permissions.ts";
import { version } from "#lib/core/version.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";
import { type Catalog, catalogOf } from "#lib/tools/catalog.ts";
import { serveCompletion } from "./completion.ts";
import { servePrompts } from "./prompts.ts";
import { requestStates } from "./request-state.ts";
import { type Subscriptions, serveResources } from "./resources.ts";
import { serveTasks, tasksExtension } from "./tasks.ts";
import { serveTools } from "./tools.ts";

/** Never asked: it is for answers to elicitation. Shared, since each server would make its own. */
const jsonSchemaValidator = new AjvJsonSchemaValidator();

/** The SDK checks Mcp-Param-* headers for tools that are registered with it; ours are in the catalog. */
class TenantServer extends McpServer {
  readonly #catalog: Catalog;

  constructor(catalog: Catalog, ...rest: ConstructorParameters<typeof McpServer>) {
    super(...rest);
    this.#catalog = catalog;
  }

  override toolInputSchemaJson(name: string): Record<string, unknown> | undefined {
    return this.#catalog.byMcpName.get(name)?.listed?.inputSchema;
  }
}

/** What the server can do for this caller; changes are announced to those who may read the lists. */
function capabilitiesFor({ permissions }: Ctx, era: ProtocolEra, canBeTold: boolean) {
  const hears = (permission: Permission) => canBeTold && permissions.has(permission);
  return {
    tools: { listChanged: hears("tools:read") },
    prompts: { listChanged: hears("prompts:read") },
    resources: { listChanged: hears("resources:read"), subscribe: hears("resources:read") },
    completions: {},
    logging: {},
    ...(era === "modern" ? { extensions: { [tasksExtension]: {} } } : {}),
  };
}

/** How the tenant's server names itself. */
export async function serverInfoOf(ctx: Ctx): Promise<Implementation & { title: string }> {
  const name = (await findSnapshot(ctx.tenantId))?.tenant.name ?? ctx.tenantId;
  return { name: "tausestack", title: `${name} on TauseStack`, version };
}

/**
 * An MCP server of the caller's tenant: for one request, or for a legacy client's session, which
 * keeps `subscriptions`.
 */
export async function serverFor(
  ctx: Ctx,
  era: ProtocolEra,
  subscriptions: Subscriptions | null = null,
): Promise<McpServer> {
  const [info, catalog] = await Promise.all([serverInfoOf(ctx), catalogOf(ctx.tenantId)]);
  // A modern client listens on a stream of its own, a legacy one in its session, if it has one.
  const canBeTold = era === "modern" || subscriptions !== null;
  const product = new TenantServer(catalog, info, {
    capabilities: capabilitiesFor(ctx, era, canBeTold),
    instructions: `The tools, prompts and resources of ${info.title}. A result with isError says what to change before another call.`,
    jsonSchemaValidator,
    requestState: { verify: requestStates().verify },
  });
  const server: Server = product.server;
  serveTools(server, era);
  serveResources(server, subscriptions);
  servePrompts(server);
  serveCompletion(server);
  if (era === "modern") serveTasks(server);
  return product;
}
