import { Building2 } from "lucide-react";
import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { RowTitle } from "#components/data-table/row-title.tsx";
import { roleLabel } from "#components/members/roles.ts";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { Card } from "#components/ui/card.tsx";
import { type Membership, membershipsOf } from "#lib/auth/members.ts";
import { memberCtx } from "#lib/auth/session.ts";
import { PortalShell } from "../portal-shell.tsx";

export const metadata: Metadata = { title: "Your tenants" };

const columns: Column<Membership>[] = [
  {
    id: "tenant",
    header: "Tenant",
    phone: "title",
    cell: ({ tenantId, tenantName }) => (
      <RowTitle title={tenantName} id={tenantId} href={`/portal/${tenantId}`} />
    ),
  },
  { id: "role", header: "Your role", cell: ({ role }) => roleLabel(role) },
];

/** Who belongs to one tenant has nothing to choose. */
export default async function PortalHome() {
  const { principal, email } = await memberCtx();
  const memberships = await membershipsOf(principal.id);
  const [only] = memberships;
  if (only && memberships.length === 1) redirect(`/portal/${only.tenantId}`);
  return (
    <PortalShell root="/portal" email={email} title="Member">
      <PageHeader
        title="Your tenants"
        {...(only ? { description: "Choose the one to work in." } : {})}
      />
      {!only ? (
        <Card>
          <EmptyState
            icon={<Building2 aria-hidden />}
            title="You belong to no tenant"
            description={`Ask an administrator of yours to add ${email}. A tenant that is suspended is not shown.`}
          />
        </Card>
      ) : (
        <DataTable
          label="Your tenants"
          columns={columns}
          rows={memberships}
          rowKey={({ tenantId }) => tenantId}
          empty={null}
        />
      )}
    </PortalShell>
  );
}
