import type { Resource as McpResource, ResourceTemplateType } from "@modelcontextprotocol/server";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { accessOfCaller, waysFor } from "../access/access.ts";
import { ceilingOf } from "../access/engine.ts";
import { type CatalogResource, type ResourceCatalog, resourceCatalogOf } from "../catalog.ts";
import { leadsTo, reaches } from "../drivers/file/reach.ts";
import type { DriverKind } from "../drivers/kind.ts";
import type { Resource } from "../schema.ts";

/** Kinds whose insides are MCP resources of their own, below `resource://{resource_id}/`. */
const browsed = {
  database: {
    template: "{schema}/{table}",
    root: "Schemas and tables",
    below: "Columns of a table: types, keys and comments",
  },
  folder: { template: "{+path}", root: "Files", below: "A file; with / at its end, a folder" },
  bucket: { template: "{+path}", root: "Files", below: "A file; with / at its end, a folder" },
} satisfies Partial<Record<DriverKind, { template: string; root: string; below: string }>>;

/** Where in a resource a `resource://` URI points. */
export interface DriverPlace {
  entry: CatalogResource;
  kind: keyof typeof browsed;
  /** Decoded; empty for the root. */
  path: readonly string[];
  isFolder: boolean;
}

function browsedKind({ driver }: Resource): keyof typeof browsed | null {
  return driver !== null && driver in browsed ? (driver as keyof typeof browsed) : null;
}

const rootOf = ({ resource_id }: Resource) => `resource://${encodeURIComponent(resource_id)}/`;

/** The URI of what lies at a path of a resource; names with `/` between them. */
export function driverUriOf(resource: Resource, path: string): string {
  return rootOf(resource) + path.split("/").map(encodeURIComponent).join("/");
}

/** A URI as `driverUriOf` writes it, however the client has escaped it; others as they are. */
export function normalDriverUri(uri: string): string {
  const [, id = "", rest = ""] = /^resource:\/\/([^/?#]+)(?:\/([^?#]*))?$/.exec(uri) ?? [];
  const parts = decoded([id, ...rest.split("/")]);
  if (id === "" || !parts) return uri;
  const [host = "", ...path] = parts.map(encodeURIComponent);
  return `resource://${host}/${path.join("/")}`;
}

function decoded(parts: readonly string[]): string[] | null {
  try {
    return parts.map(decodeURIComponent);
  } catch {
    return null;
  }
}

/** The place that a `resource://` URI names; null for a URI of another kind or of no such resource. */
export function findDriverPlace(catalog: ResourceCatalog, uri: string): DriverPlace | null {
  const [, host = "", rest = ""] = /^resource:\/\/([^/?#]+)(?:\/([^?#]*))?$/.exec(uri) ?? [];
  const [id] = decoded([host]) ?? [];
  const entry = catalog.byId.get(id ?? "");
  const kind = entry ? browsedKind(entry.resource) : null;
  const isFolder = rest === "" || rest.endsWith("/");
  const path = rest === "" ? [] : decoded(rest.replace(/\/$/, "").split("/"));
  return entry && kind && path ? { entry, kind, path, isFolder } : null;
}

/** Whether the caller may read what lies at a place, be it there or not. */
export async function isReadablePlace(
  ctx: Ctx,
  { entry, kind, path, isFolder }: DriverPlace,
): Promise<boolean> {
  const limits = await waysFor(ctx, entry.resource, "read");
  if (kind !== "database") {
    const at = path.join("/");
    return reaches(limits, at) || (isFolder && limits.length > 0 && leadsTo(limits, at));
  }
  const [schema, table] = path;
  const isNamed = (name: string) =>
    schema === undefined ||
    name === `${schema}.${table}` ||
    (table === undefined && name.startsWith(`${schema}.`));
  return limits.some(({ tables }) => tables?.some(isNamed) ?? true);
}

/** The resource that one of `listDriverPlaces`' templates is of. */
export function findDriverTemplate(catalog: ResourceCatalog, uriTemplate: string) {
  const root = /^resource:\/\/[^/?#]+\//.exec(uriTemplate)?.[0];
  const place = root === undefined ? null : findDriverPlace(catalog, root);
  return place && root + browsed[place.kind].template === uriTemplate ? place : null;
}

interface DriverPlaces {
  resources: readonly McpResource[];
  templates: readonly ResourceTemplateType[];
}

function placesOf(
  catalog: ResourceCatalog,
  permissionsOf: (resource: Resource) => ReadonlySet<string>,
): DriverPlaces {
  const readable = [...catalog.byId.values()].flatMap(({ resource }) => {
    const kind = browsedKind(resource);
    return kind !== null && permissionsOf(resource).has("read")
      ? [{ resource, ...browsed[kind] }]
      : [];
  });
  const mimeType = "application/json";
  return {
    resources: readable.map(({ resource, root }) => ({
      ...{ uri: rootOf(resource), name: resource.name, title: `${resource.name}: ${root}` },
      mimeType,
    })),
    templates: readable.map(({ resource, template, below }) => ({
      ...{ uriTemplate: rootOf(resource) + template, name: resource.name, description: below },
    })),
  };
}

/** The places of a catalog where all resources are open, worked out once for it. */
const open = new WeakMap<ResourceCatalog, DriverPlaces>();

/**
 * The roots and templates of what the caller may browse, as MCP lists them beside the registry's
 * own; needs `resources:read`.
 */
export async function listDriverPlaces(ctx: Ctx): Promise<DriverPlaces> {
  authorize(ctx, "resources:read");
  const [catalog, accessOf] = await Promise.all([
    resourceCatalogOf(ctx.tenantId),
    accessOfCaller(ctx),
  ]);
  if (accessOf !== null) return placesOf(catalog, (resource) => accessOf(resource).permissions);
  const known =
    open.get(catalog) ??
    placesOf(catalog, ({ access_permissions }) => ceilingOf(access_permissions));
  open.set(catalog, known);
  return known;
}
