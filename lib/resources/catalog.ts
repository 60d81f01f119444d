import type { Resource as McpResource, ResourceTemplateType } from "@modelcontextprotocol/server";
import { eq } from "drizzle-orm";
import { resources } from "#db/schema/resources.ts";
import { withTenant } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import { createCache } from "#lib/core/cache.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { tenantTopic } from "#lib/tenants/snapshot.ts";
import { accessOfCaller, permitsBytes } from "./access/access.ts";
import { type Access, ceilingOf } from "./access/engine.ts";
import { resourcesTopic } from "./change.ts";
import { type ResourceRow, selectResources, toResource } from "./row.ts";
import type { Resource } from "./schema.ts";
import { choosesHost, literalLength, templateOf, type UriTemplate } from "./template.ts";
import type { StoredAddress } from "./uri.ts";

/** A resource as reads need it. */
export interface CatalogResource {
  resource: Resource;
  /** The addresses as they are stored, to be opened for a call alone. */
  uri: StoredAddress;
  source: StoredAddress | null;
  template: UriTemplate | null;
}

/** Whether nothing can be read of it but what the registry says: neither bytes nor an address. */
export function isDescribed({ resource, source }: CatalogResource): boolean {
  if (resource.size !== null || source !== null) return false;
  const isFetched = resource.type === "api" || resource.type === "file";
  return !isFetched || !/^https?:\/\/[^/?#\\]/i.test(resource.uri) || choosesHost(resource.uri);
}

/** A tenant's resources, ready to be listed and read; URIs show no password. */
export interface ResourceCatalog {
  byId: ReadonlyMap<string, CatalogResource>;
  /** Those that offer `read`, in the order of their URIs' UTF-16 code units. */
  resources: readonly McpResource[];
  templates: readonly ResourceTemplateType[];
  /** All without variables, whatever they offer; of several with one URI, the first by id. */
  byUri: ReadonlyMap<string, CatalogResource>;
  /** All with variables, the most specific first. */
  byTemplate: readonly (CatalogResource & { template: UriTemplate })[];
}

function toCatalogResource(found: ResourceRow): CatalogResource {
  const { row } = found;
  return {
    resource: toResource(found),
    uri: { shown: row.uri, sealed: row.uriSealed },
    source: row.source === null ? null : { shown: row.source, sealed: row.sourceSealed },
    template: templateOf(row.uri),
  };
}

/** What MCP's Resource and ResourceTemplate have in common (revision 2026-07-28, server/resources). */
function listedFields({ resource }: CatalogResource) {
  const { name, title, description, mime_type, icons, annotations } = resource;
  return {
    name,
    ...(title === null ? {} : { title }),
    ...(description === "" ? {} : { description }),
    ...(mime_type === null ? {} : { mimeType: mime_type }),
    ...(icons.length > 0 ? { icons } : {}),
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
  };
}

function offersRead({ resource }: CatalogResource): boolean {
  return ceilingOf(resource.access_permissions).has("read");
}

/** The first by id of those that share a URI, in the order of URIs. */
function byUriOf(all: readonly CatalogResource[]): Map<string, CatalogResource> {
  const first = new Map<string, CatalogResource>();
  for (const each of all) {
    if (!first.has(each.resource.uri)) first.set(each.resource.uri, each);
  }
  return new Map([...first].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function catalogFrom(all: readonly CatalogResource[]): ResourceCatalog {
  const byUri = byUriOf(all.filter(({ template }) => template === null));
  const templates = [...byUriOf(all.filter(({ template }) => template !== null)).values()];
  return {
    byId: new Map(all.map((each) => [each.resource.resource_id, each])),
    resources: [...byUri.values()].filter(offersRead).map((each) => ({
      uri: each.resource.uri,
      ...listedFields(each),
      ...(each.resource.size === null ? {} : { size: each.resource.size }),
    })),
    templates: templates
      .filter(offersRead)
      .map((each) => ({ uriTemplate: each.resource.uri, ...listedFields(each) })),
    byUri,
    byTemplate: templates
      .flatMap((each) => (each.template ? [{ ...each, template: each.template }] : []))
      .sort((a, b) => literalLength(b.template) - literalLength(a.template)),
  };
}

async function load(tenantId: string): Promise<ResourceCatalog> {
  const found = await withTenant(tenantId, (tx) =>
    selectResources(tx).where(eq(resources.tenantId, tenantId)),
  );
  const rows = found.sort((a, b) => (a.row.resourceId < b.row.resourceId ? -1 : 1));
  return catalogFrom(rows.map(toCatalogResource));
}

const cache = createCache<ResourceCatalog>({
  name: "resourceCatalogs",
  // A tenant that is deleted takes its resources along, and its slug may be given out again.
  topic: [resourcesTopic, tenantTopic],
  maxEntries: 2_000,
  ttlMs: 30_000,
  load,
});

/** The tenant's catalog, read once and kept until a resource of it changes on any process. */
export function resourceCatalogOf(tenantId: string): Promise<ResourceCatalog> {
  return cache.get(tenantId);
}

/** Whether a caller of that access may read some of a resource: some path of a template's. */
function isReadable(entry: CatalogResource, access: Access): boolean {
  if (isDescribed(entry)) return access.permissions.has("read");
  return permitsBytes(access, entry.template === null ? "" : undefined);
}

/**
 * What MCP's resources/list and resources/templates/list show the caller, whole: what it may read.
 * Needs `resources:read`.
 */
export async function listResourceCatalog(
  ctx: Ctx,
): Promise<Pick<ResourceCatalog, "resources" | "templates">> {
  authorize(ctx, "resources:read");
  const [catalog, accessOf] = await Promise.all([
    resourceCatalogOf(ctx.tenantId),
    accessOfCaller(ctx),
  ]);
  const { resources: listed, templates, byUri, byTemplate } = catalog;
  if (accessOf === null) return { resources: listed, templates };
  const mayRead = (entry: CatalogResource | undefined) =>
    entry !== undefined && isReadable(entry, accessOf(entry.resource));
  const readable = new Set(byTemplate.filter(mayRead).map(({ resource }) => resource.uri));
  return {
    resources: listed.filter(({ uri }) => mayRead(byUri.get(uri))),
    templates: templates.filter(({ uriTemplate }) => readable.has(uriTemplate)),
  };
}
