import type { Metadata } from "next";
import { AddMemberDialog } from "#components/members/add-member-dialog.tsx";
import { MemberTable } from "#components/members/member-table.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { listMembers } from "#lib/auth/tenant-members.ts";
import { pageAt, type SearchParams } from "../../../list-params.ts";
import { openTenant, type TenantParams } from "../open-tenant.ts";

export const metadata: Metadata = { title: "Members" };

type MembersPageProps = { params: TenantParams; searchParams: SearchParams };

export default async function TenantMembersPage({ params, searchParams }: MembersPageProps) {
  const { ctx, tenant } = await openTenant((await params).tenant_id);
  const { cursor } = await searchParams;
  const page = await pageAt(cursor, (at) => listMembers(ctx, at));
  const add = <AddMemberDialog tenantId={tenant.tenant_id} mayMakeOwners />;
  return (
    <>
      <SectionHeader
        title="Members"
        description="People who sign in to the portal and act for this tenant."
        actions={add}
      />
      <MemberTable
        tenantId={tenant.tenant_id}
        members={page.items}
        nextCursor={page.next}
        add={add}
        mayMakeOwners
      />
    </>
  );
}
