import type {
  ListResourcesResult,
  ListResourceTemplatesResult,
  Server,
} from "@modelcontextprotocol/server";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import {
  isOfferUri,
  readReceivedResource,
  receivedResources,
} from "#lib/federation/offers/use-resource.ts";
import { listResourceCatalog } from "#lib/resources/catalog.ts";
import { isReadableUri, readResource } from "#lib/resources/read.ts";
import { listDriverPlaces } from "#lib/resources/use/driver-uri.ts";
import { exposedResources, isUpstreamUri, readUpstreamResource } from "#lib/upstreams/exposed.ts";
import { handle } from "./handle.ts";
import {
  memoryResources,
  memoryResourceTemplates,
  namesMemory,
  readMemoryResource,
} from "./memory-resources.ts";
import { inOrder, pageOf } from "./page.ts";

/** URIs whose changes a legacy session is told of. */
export type Subscriptions = Set<string>;

const mostSubscriptions = 1_000;

/** The tenant's own, what lies within them, what its upstreams and other tenants have, and what its agents remember. */
async function listsOf(ctx: Ctx) {
  const [own, ...others] = await Promise.all([
    listResourceCatalog(ctx),
    listDriverPlaces(ctx),
    exposedResources(ctx),
    receivedResources(ctx),
    memoryResources(ctx).then((resources) => ({ resources, templates: [] })),
    memoryResourceTemplates(ctx).then((templates) => ({ resources: [], templates })),
  ]);
  return {
    own,
    resources: others.flatMap(({ resources }) => resources),
    templates: others.flatMap(({ templates }) => templates),
  };
}

async function listResources(ctx: Ctx, cursor: string | undefined): Promise<ListResourcesResult> {
  const { own, ...others } = await listsOf(ctx);
  const all = inOrder(own.resources, others.resources, ({ uri }) => uri);
  const { items, nextCursor } = pageOf(all, ({ uri }) => uri, cursor);
  return { resources: items, ...(nextCursor === undefined ? {} : { nextCursor }) };
}

async function listTemplates(
  ctx: Ctx,
  cursor: string | undefined,
): Promise<ListResourceTemplatesResult> {
  const { own, ...others } = await listsOf(ctx);
  const all = inOrder(own.templates, others.templates, ({ uriTemplate }) => uriTemplate);
  const { items, nextCursor } = pageOf(all, ({ uriTemplate }) => uriTemplate, cursor);
  return { resourceTemplates: items, ...(nextCursor === undefined ? {} : { nextCursor }) };
}

async function subscribe(ctx: Ctx, uri: string, subscriptions: Subscriptions): Promise<void> {
  if (await namesMemory(ctx, uri)) await readMemoryResource(ctx, uri);
  else if (!(await isReadableUri(ctx, uri))) throw notFound("resource", uri);
  if (subscriptions.size >= mostSubscriptions) {
    throw new AppError(
      "invalid_request",
      `A session can have ${mostSubscriptions} subscriptions; unsubscribe from some.`,
    );
  }
  subscriptions.add(uri);
}

/** `subscriptions` are those of a legacy session; null where there is none to be told anything. */
export function serveResources(server: Server, subscriptions: Subscriptions | null): void {
  server.setRequestHandler(
    "resources/list",
    handle((ctx, { params }) => listResources(ctx, params?.cursor)),
  );
  server.setRequestHandler(
    "resources/templates/list",
    handle((ctx, { params }) => listTemplates(ctx, params?.cursor)),
  );
  server.setRequestHandler(
    "resources/read",
    handle(async (ctx, { params: { uri } }, { mcpReq: { signal } }) => {
      if (isOfferUri(uri)) return { contents: await readReceivedResource(ctx, uri, signal) };
      if (isUpstreamUri(uri)) return { contents: await readUpstreamResource(ctx, uri, signal) };
      if (await namesMemory(ctx, uri)) return { contents: await readMemoryResource(ctx, uri) };
      return { contents: await readResource(ctx, uri, { signal }) };
    }),
  );
  if (subscriptions === null) return;
  server.setRequestHandler(
    "resources/subscribe",
    handle(async (ctx, { params }) => {
      await subscribe(ctx, params.uri, subscriptions);
      return {};
    }),
  );
  server.setRequestHandler(
    "resources/unsubscribe",
    handle(async (_ctx, { params }) => {
      subscriptions.delete(params.uri);
      return {};
    }),
  );
}
