import type { CatalogResource, ResourceCatalog } from "./catalog.ts";
import { matchTemplate, tailOf } from "./template.ts";

/** The resource that a URI is of. */
export interface Found {
  entry: CatalogResource;
  values: ReadonlyMap<string, string>;
  /** What of a template's resource is meant, from its first variable on; empty for a whole one. */
  path: string;
}

/** The resource of exactly that URI, else the most specific template that it fits. */
export function findByUri(catalog: ResourceCatalog, uri: string): Found | null {
  const exact = catalog.byUri.get(uri);
  if (exact) return { entry: exact, values: new Map(), path: "" };
  for (const entry of catalog.byTemplate) {
    const values = matchTemplate(entry.template, uri);
    // A dot segment would leave the path that the template says.
    if (values && [...values.values()].every((value) => value !== "." && value !== "..")) {
      return { entry, values, path: tailOf(entry.template, uri) };
    }
  }
  return null;
}
