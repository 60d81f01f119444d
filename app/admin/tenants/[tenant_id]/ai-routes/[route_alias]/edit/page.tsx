import type { Metadata } from "next";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { getAiRoute } from "#lib/gateway/routes.ts";
import { idOf, openTenant, orNotFound } from "../../../open-tenant.ts";
import { RouteForm } from "../../route-form.tsx";

export const metadata: Metadata = { title: "Edit AI route" };

type EditRouteProps = { params: Promise<{ tenant_id: string; route_alias: string }> };

export default async function EditRoutePage({ params }: EditRouteProps) {
  const { tenant_id, route_alias } = await params;
  const { ctx } = await openTenant(tenant_id);
  const route = await orNotFound(getAiRoute(ctx, idOf(route_alias)));
  return (
    <>
      <SectionHeader title={`Edit ${route.alias}`} description="The next request goes by it." />
      <RouteForm tenantId={tenant_id} route={route} />
    </>
  );
}
