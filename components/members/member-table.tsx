import { Users } from "lucide-react";
import type { ReactNode } from "react";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { Pager } from "#components/data-table/pager.tsx";
import { RowTitle } from "#components/data-table/row-title.tsx";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import type { Member } from "#lib/auth/schema.ts";
import { MemberActions } from "./member-actions.tsx";
import { roleLabel } from "./roles.ts";

const columns: Column<Member>[] = [
  {
    id: "email",
    header: "Member",
    phone: "title",
    cell: (member) => <RowTitle title={member.email} />,
  },
  {
    id: "role",
    header: "Role",
    cell: (member) => (
      <Badge tone={member.role === "owner" ? "accent" : "neutral"}>{roleLabel(member.role)}</Badge>
    ),
  },
  {
    id: "added",
    header: "Added",
    cell: (member) => (
      <Timestamp value={member.created_at} className="whitespace-nowrap text-muted-foreground" />
    ),
  },
];

type MemberTableProps = {
  tenantId: string;
  members: Member[];
  nextCursor: string | null;
  /** The button that opens the dialog; left out for who may only look. */
  add?: ReactNode;
  mayMakeOwners: boolean;
};

/** Members in the order of their addresses. */
export function MemberTable({
  tenantId,
  members,
  nextCursor,
  add,
  mayMakeOwners,
}: MemberTableProps) {
  const actions = (member: Member) => <MemberActions {...{ tenantId, member, mayMakeOwners }} />;
  return (
    <DataTable
      label="Members"
      columns={columns}
      rows={members}
      rowKey={(member) => member.user_id}
      {...(add ? { actions } : {})}
      footer={<Pager nextCursor={nextCursor} />}
      empty={
        <EmptyState
          icon={<Users aria-hidden />}
          title="No members yet"
          description="Members sign in to the portal, connect their clients to this tenant and manage it by their role."
          action={add}
        />
      }
    />
  );
}
