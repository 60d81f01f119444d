import type { Metadata } from "next";
import { pageAt, type SearchParams } from "#app/admin/list-params.ts";
import { AddMemberDialog } from "#components/members/add-member-dialog.tsx";
import { MemberTable } from "#components/members/member-table.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { listMembers } from "#lib/auth/tenant-members.ts";
import { openPart, type PortalParams } from "../open-portal.ts";

export const metadata: Metadata = { title: "Members" };

type MembersPageProps = { params: PortalParams; searchParams: SearchParams };

export default async function PortalMembersPage({ params, searchParams }: MembersPageProps) {
  const { ctx, tenantId, role } = await openPart((await params).tenant_id, "members:read");
  const { cursor } = await searchParams;
  const page = await pageAt(cursor, (at) => listMembers(ctx, at));
  const mayMakeOwners = role === "owner";
  const add = ctx.permissions.has("members:write") && (
    <AddMemberDialog tenantId={tenantId} mayMakeOwners={mayMakeOwners} />
  );
  return (
    <>
      <SectionHeader
        title="Members"
        description="People who sign in here and act for this tenant."
        actions={add}
      />
      <MemberTable
        tenantId={tenantId}
        members={page.items}
        nextCursor={page.next}
        add={add}
        mayMakeOwners={mayMakeOwners}
      />
    </>
  );
}
