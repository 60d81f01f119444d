import type { Ctx } from "#lib/core/ctx.ts";
import { accessOfCaller } from "../access/access.ts";
import { ceilingOf } from "../access/engine.ts";
import { type CatalogResource, type ResourceCatalog, resourceCatalogOf } from "../catalog.ts";
import type { DriverKind } from "../drivers/kind.ts";

/** What a use of resources takes: one of the permissions, of a resource of one of the kinds. */
export interface DriverUse {
  kinds: readonly DriverKind[];
  permissions: readonly string[];
}

function usesOf(
  entries: Iterable<CatalogResource>,
  permissionsOf: (entry: CatalogResource) => ReadonlySet<string>,
): ReadonlySet<string> {
  const uses = new Set<string>();
  for (const entry of entries) {
    const { driver } = entry.resource;
    if (driver === null) continue;
    for (const permission of permissionsOf(entry)) uses.add(`${driver} ${permission}`);
  }
  return uses;
}

/** What a tenant's resources offer where all of them are open, worked out once for a catalog. */
const offered = new WeakMap<ResourceCatalog, ReadonlySet<string>>();

function offeredBy(catalog: ResourceCatalog): ReadonlySet<string> {
  const known = offered.get(catalog);
  if (known) return known;
  const uses = usesOf(catalog.byId.values(), ({ resource }) =>
    ceilingOf(resource.access_permissions),
  );
  offered.set(catalog, uses);
  return uses;
}

/** Tells of a use whether the tenant has a resource that the caller may put to it. */
export async function usableBy(ctx: Ctx): Promise<(use: DriverUse) => boolean> {
  const catalog = await resourceCatalogOf(ctx.tenantId);
  const all = offeredBy(catalog);
  if (all.size === 0) return () => false;
  const accessOf = await accessOfCaller(ctx);
  const uses =
    accessOf === null
      ? all
      : usesOf(catalog.byId.values(), ({ resource }) => accessOf(resource).permissions);
  return ({ kinds, permissions }) =>
    kinds.some((kind) => permissions.some((word) => uses.has(`${kind} ${word}`)));
}
