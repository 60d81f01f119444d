import type { Metadata } from "next";
import { tenantActions } from "#components/audit/actions.ts";
import { AuditTable } from "#components/audit/audit-table.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { listAudit } from "#lib/audit/service.ts";
import { pageAt, type SearchParams, textParam } from "../../../list-params.ts";
import { openTenant, type TenantParams } from "../open-tenant.ts";

export const metadata: Metadata = { title: "Audit" };

type AuditPageProps = { params: TenantParams; searchParams: SearchParams };

export default async function TenantAuditPage({ params, searchParams }: AuditPageProps) {
  const { ctx, tenant } = await openTenant((await params).tenant_id);
  const asked = await searchParams;
  const action = textParam(asked.action);
  const target_id = textParam(asked.target);
  const page = await pageAt(asked.cursor, (at) => listAudit(ctx, { ...at, action, target_id }));
  return (
    <>
      <SectionHeader
        title="Audit log"
        description="Every change to this tenant, newest first. Nobody can change an entry."
      />
      <AuditTable
        entries={page.items}
        nextCursor={page.next}
        actions={tenantActions}
        href={`/admin/tenants/${tenant.tenant_id}/audit`}
        narrowed={Boolean(action || target_id || asked.cursor)}
      />
    </>
  );
}
