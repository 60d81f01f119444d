import type { Metadata } from "next";
import { AppTable } from "#components/connected-apps/app-table.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { listConnectedApps } from "#lib/oauth/apps.ts";
import { pageAt, type SearchParams } from "../../../list-params.ts";
import { openTenant, type TenantParams } from "../open-tenant.ts";

export const metadata: Metadata = { title: "Connected apps" };

type AppsPageProps = { params: TenantParams; searchParams: SearchParams };

export default async function TenantAppsPage({ params, searchParams }: AppsPageProps) {
  const { ctx } = await openTenant((await params).tenant_id);
  const { cursor } = await searchParams;
  const page = await pageAt(cursor, (at) => listConnectedApps(ctx, at));
  return (
    <>
      <SectionHeader
        title="Connected apps"
        description="Applications that people allowed to act for them in this tenant."
      />
      <AppTable apps={page.items} nextCursor={page.next} mayRevoke={() => true} />
    </>
  );
}
