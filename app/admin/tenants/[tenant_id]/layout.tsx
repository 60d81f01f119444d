import type { Metadata } from "next";
import type { ReactNode } from "react";
import { LinkTabs } from "#components/shell/link-tabs.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { StatusBadge } from "#components/tenants/status-badge.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { openTenant, type TenantParams } from "./open-tenant.ts";

type TenantLayoutProps = { params: TenantParams; children: ReactNode };

export async function generateMetadata({ params }: TenantLayoutProps): Promise<Metadata> {
  const { tenant } = await openTenant((await params).tenant_id);
  return {
    title: { template: `%s · ${tenant.name} · TauseStack`, default: `${tenant.name} · TauseStack` },
  };
}

export default async function TenantLayout({ params, children }: TenantLayoutProps) {
  const { tenant, quotas } = await openTenant((await params).tenant_id);
  const base = `/admin/tenants/${tenant.tenant_id}`;
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
      <LinkTabs
        label="Tenant sections"
        tabs={[
          { href: base, label: "Overview" },
          { href: `${base}/tools`, label: "Tools", count: quotas.max_tools.used },
          { href: `${base}/upstreams`, label: "Upstreams" },
          { href: `${base}/ai-providers`, label: "AI providers" },
          { href: `${base}/tasks`, label: "Tasks", count: quotas.max_running_tasks.used },
          { href: `${base}/approvals`, label: "Approvals" },
          { href: `${base}/resources`, label: "Resources", count: quotas.max_resources.used },
          { href: `${base}/prompts`, label: "Prompts", count: quotas.max_prompts.used },
          { href: `${base}/memories`, label: "Memories", count: quotas.max_memory_entries.used },
          { href: `${base}/secrets`, label: "Secrets" },
          { href: `${base}/keys`, label: "Keys" },
          { href: `${base}/members`, label: "Members" },
          { href: `${base}/apps`, label: "Apps" },
          { href: `${base}/bundle`, label: "Import & export" },
          { href: `${base}/audit`, label: "Audit" },
          { href: `${base}/connect`, label: "Connect" },
          { href: `${base}/settings`, label: "Settings" },
        ]}
      />
      {children}
    </>
  );
}
