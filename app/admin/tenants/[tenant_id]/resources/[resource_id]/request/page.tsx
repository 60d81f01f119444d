import type { Metadata } from "next";
import { openDriven, type ResourceParams } from "../open-resource.ts";
import { RequestPanel } from "./request-panel.tsx";

export const metadata: Metadata = { title: "Request" };

export default async function ResourceRequestPage({ params }: { params: ResourceParams }) {
  const { resource } = await openDriven(params, ["api"]);
  const { tenant_id: tenantId, resource_id: resourceId, uri } = resource;
  return <RequestPanel {...{ tenantId, resourceId, uri }} />;
}
