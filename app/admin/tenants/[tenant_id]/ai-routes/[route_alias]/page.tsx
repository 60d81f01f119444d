import { redirect } from "next/navigation";
import { idOf } from "../../open-tenant.ts";
import { routeHref } from "../route-href.ts";

type RoutePageProps = { params: Promise<{ tenant_id: string; route_alias: string }> };

/** Where the breadcrumbs lead: a route has no page but its form. */
export default async function RoutePage({ params }: RoutePageProps) {
  const { tenant_id, route_alias } = await params;
  redirect(routeHref({ tenant_id, alias: idOf(route_alias) }));
}
