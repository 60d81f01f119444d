import type { Resource } from "#lib/resources/schema.ts";
import { resourceHref } from "../resource-href.ts";

type Driver = NonNullable<Resource["driver"]>;

/** Pages of what a driver can do. */
const ofDriver: Record<Driver, { path: string; label: string }[]> = {
  database: [{ path: "/query", label: "Query" }],
  folder: [{ path: "/files", label: "Files" }],
  bucket: [{ path: "/files", label: "Files" }],
  api: [
    { path: "/request", label: "Request" },
    { path: "/deployments", label: "Deployments" },
  ],
};

/** The pages of one resource, in the order of their tabs. */
export function resourceTabs(resource: Pick<Resource, "tenant_id" | "resource_id" | "driver">) {
  const pages = [
    { path: "", label: "Overview" },
    ...(resource.driver === null ? [] : ofDriver[resource.driver]),
    { path: "/edit", label: "Edit" },
    { path: "/access", label: "Access" },
  ];
  return pages.map(({ path, label }) => ({ href: `${resourceHref(resource)}${path}`, label }));
}
