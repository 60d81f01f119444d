import type { Resource } from "#lib/resources/schema.ts";
import { resourceHref } from "../resource-href.ts";

/** The pages of one resource, in the order of their tabs. */
const pages = [
  { path: "", label: "Overview" },
  { path: "/edit", label: "Edit" },
  { path: "/access", label: "Access" },
];

export function resourceTabs(resource: Pick<Resource, "tenant_id" | "resource_id">) {
  return pages.map(({ path, label }) => ({ href: `${resourceHref(resource)}${path}`, label }));
}
