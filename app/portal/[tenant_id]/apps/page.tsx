import type { Metadata } from "next";
import { pageAt, type SearchParams } from "#app/admin/list-params.ts";
import { AppTable } from "#components/connected-apps/app-table.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { listConnectedApps } from "#lib/oauth/apps.ts";
import { openPart, type PortalParams } from "../open-portal.ts";

export const metadata: Metadata = { title: "Connected apps" };

type AppsPageProps = { params: PortalParams; searchParams: SearchParams };

export default async function PortalAppsPage({ params, searchParams }: AppsPageProps) {
  const { ctx } = await openPart((await params).tenant_id, "apps:read");
  const { cursor } = await searchParams;
  const page = await pageAt(cursor, (at) => listConnectedApps(ctx, at));
  return (
    <>
      <SectionHeader
        title="Connected apps"
        description="Applications that people allowed to act for them in this tenant."
      />
      <AppTable
        apps={page.items}
        nextCursor={page.next}
        mayRevoke={(app) =>
          ctx.permissions.has("apps:write") || app.granted_by.id === ctx.principal.id
        }
      />
    </>
  );
}
