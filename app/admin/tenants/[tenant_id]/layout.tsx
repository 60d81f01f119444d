import type { Metadata } from "next";
import type { ReactNode } from "react";
import { LinkTabs } from "#components/shell/link-tabs.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { StatusBadge } from "#components/tenants/status-badge.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { tenantSections } from "../../tenant-sections.tsx";
import { openTenant, type TenantParams } from "./open-tenant.ts";

type TenantLayoutProps = { params: TenantParams; children: ReactNode };

export async function generateMetadata({ params }: TenantLayoutProps): Promise<Metadata> {
  const { tenant } = await openTenant((await params).tenant_id);
  return {
    title: { template: `%s · ${tenant.name} · TauseStack`, default: `${tenant.name} · TauseStack` },
  };
}

export default async function TenantLayout({ params, children }: TenantLayoutProps) {
  const { tenant } = await openTenant((await params).tenant_id);
  const base = `/admin/tenants/${tenant.tenant_id}`;
  // From 1024 pixels up they stand in the sidebar.
  const tabs = tenantSections(base).flatMap(({ items }) => items);
  return (
    <>
      <PageHeader
        title={tenant.name}
        badge={<StatusBadge status={tenant.status} />}
        description={<span className="font-mono text-[0.8125rem]">{tenant.tenant_id}</span>}
      />
      {tenant.status === "suspended" && (
        <Alert tone="warning" title="This tenant is suspended">
          Its own keys, members and apps are refused everywhere. What it stores is kept, and you can
          still change it.
        </Alert>
      )}
      <LinkTabs label="Tenant sections" tabs={tabs} className="lg:hidden" />
      {children}
    </>
  );
}
