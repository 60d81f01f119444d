import type { Metadata } from "next";
import { openDriven, type ResourceParams } from "../open-resource.ts";
import { QueryPanel } from "./query-panel.tsx";

export const metadata: Metadata = { title: "Query" };

export default async function ResourceQueryPage({ params }: { params: ResourceParams }) {
  const { resource } = await openDriven(params, ["database"]);
  const { tenant_id: tenantId, resource_id: resourceId } = resource;
  return <QueryPanel {...{ tenantId, resourceId }} />;
}
