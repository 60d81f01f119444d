import type {
  CallToolResult,
  ListToolsResult,
  ProtocolEra,
  Server,
  Tool,
} from "@modelcontextprotocol/server";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { usableBy } from "#lib/resources/use/usable.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";
import { callToolFor } from "#lib/tools/calls/call.ts";
import { isInputRequired } from "#lib/tools/calls/client.ts";
import { type Catalog, catalogOf } from "#lib/tools/catalog.ts";
import { refuseStopped } from "#lib/tools/governance/govern.ts";
import { hiddenFrom } from "#lib/tools/governance/visibility.ts";
import type { BuiltIn } from "./built-ins/built-in.ts";
import { builtIns } from "./built-ins/index.ts";
import { searchTool } from "./built-ins/search.ts";
import { handle } from "./handle.ts";
import { pageOf } from "./page.ts";
import { asking } from "./request-state.ts";
import { callAsTask } from "./tasks.ts";
import { forToolClient, toolClientOf } from "./tool-client.ts";

/** What a caller sees of a catalog, kept as long as the catalog is: callers differ in few ways. */
const shown = new WeakMap<Catalog, Map<string, readonly Tool[]>>();

function toolsShown(catalog: Catalog, platform: readonly BuiltIn[], narrowed: boolean) {
  const own = narrowed
    ? catalog.listed.filter(({ name }) => catalog.byMcpName.get(name)?.pinned)
    : catalog.listed;
  return [...own, ...platform.map(({ listed }) => listed)].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
}

/** The tenant's tools and the platform's, in the order of their names' UTF-16 code units. */
async function visibleTools(ctx: Ctx): Promise<readonly Tool[]> {
  const [catalog, snapshot, isHidden, isUsable] = await Promise.all([
    catalogOf(ctx.tenantId),
    findSnapshot(ctx.tenantId),
    hiddenFrom(ctx),
    usableBy(ctx),
  ]);
  const isShown = ({ name }: Tool) => {
    const tool = catalog.byMcpName.get(name);
    return tool === undefined || !isHidden?.(tool);
  };
  const above = snapshot?.toolSearchAbove ?? null;
  const count = isHidden ? catalog.listed.filter(isShown).length : catalog.listed.length;
  const narrowed = above !== null && count > above;
  const platform = [...builtIns.values()].filter(
    ({ listed: { name }, permission, use }) =>
      ctx.permissions.has(permission) &&
      (use === undefined || isUsable(use)) &&
      !catalog.byMcpName.has(name) &&
      (name === searchTool.listed.name ? narrowed : snapshot?.builtInTools),
  );
  const views = shown.get(catalog) ?? new Map<string, readonly Tool[]>();
  shown.set(catalog, views);
  const key = `${narrowed} ${platform.map(({ listed }) => listed.name).join(" ")}`;
  const view = views.get(key) ?? toolsShown(catalog, platform, narrowed);
  views.set(key, view);
  return isHidden ? view.filter(isShown) : view;
}

async function listTools(ctx: Ctx, cursor: string | undefined): Promise<ListToolsResult> {
  authorize(ctx, "tools:read");
  const { items, nextCursor } = pageOf(await visibleTools(ctx), ({ name }) => name, cursor);
  return { tools: items, ...(nextCursor === undefined ? {} : { nextCursor }) };
}

/** The platform's tool of that name, where the tenant has none that takes its place. */
async function findBuiltIn(ctx: Ctx, name: string): Promise<BuiltIn | undefined> {
  const found = builtIns.get(name);
  if (!found || (await catalogOf(ctx.tenantId)).byMcpName.has(name)) return undefined;
  const isOffered = (await findSnapshot(ctx.tenantId))?.builtInTools;
  return isOffered || found === searchTool ? found : undefined;
}

async function outputSchemaOf(ctx: Ctx, name: string) {
  return (await catalogOf(ctx.tenantId)).byMcpName.get(name)?.listed?.outputSchema;
}

export function serveTools(server: Server, era: ProtocolEra): void {
  server.setRequestHandler(
    "tools/list",
    handle((ctx, { params }) => listTools(ctx, params?.cursor)),
  );
  server.setRequestHandler(
    "tools/call",
    handle(async (ctx, { params }, context) => {
      const builtIn = await findBuiltIn(ctx, params.name);
      if (builtIn) {
        authorize(ctx, "tools:call");
        const stopped = await refuseStopped(ctx);
        if (stopped) return stopped as CallToolResult;
        const client = toolClientOf(server, context, params.name);
        const outcome = await builtIn.run(ctx, params.arguments ?? {}, client);
        return isInputRequired(outcome) ? asking(context, params.name, outcome) : outcome;
      }
      const call = { mcpName: params.name, arguments: params.arguments ?? {} };
      const task = era === "modern" ? await callAsTask(server, ctx, call, context) : null;
      if (task) return task as CallToolResult;
      const outcome = await forToolClient(server, context, params.name, (client) =>
        callToolFor(ctx, call, client),
      );
      if (isInputRequired(outcome)) return asking(context, params.name, outcome);
      return server.projectCallToolResult(outcome, await outputSchemaOf(ctx, params.name));
    }),
  );
}
