import type { Metadata } from "next";
import { platformActions } from "#components/audit/actions.ts";
import { AuditTable } from "#components/audit/audit-table.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { listPlatformAudit } from "#lib/audit/service.ts";
import { operatorCtx } from "#lib/auth/session.ts";
import { pageAt, type SearchParams, textParam } from "../list-params.ts";

export const metadata: Metadata = { title: "Audit log" };

export default async function PlatformAuditPage({ searchParams }: { searchParams: SearchParams }) {
  const ctx = await operatorCtx();
  const asked = await searchParams;
  const action = textParam(asked.action);
  const target_id = textParam(asked.target);
  const page = await pageAt(asked.cursor, (at) =>
    listPlatformAudit(ctx, { ...at, action, target_id }),
  );
  return (
    <>
      <PageHeader
        title="Audit log"
        description="Changes to the deployment: tenants, platform keys, sign-ins. Nobody can change an entry."
      />
      <AuditTable
        entries={page.items}
        nextCursor={page.next}
        actions={platformActions}
        href="/admin/audit"
        narrowed={Boolean(action || target_id || asked.cursor)}
      />
    </>
  );
}
