"use client";

import { KeyRound, Trash2, UserCog } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { RowActions } from "#components/data-table/row-actions.tsx";
import { ConfirmDeleteDialog } from "#components/forms/confirm-delete-dialog.tsx";
import { DropdownMenuItem, DropdownMenuSeparator } from "#components/ui/dropdown-menu.tsx";
import type { Member } from "#lib/auth/schema.ts";
import { toFailure } from "#lib/client/api-error.ts";
import { removeMember } from "#lib/client/members.ts";
import { useChange } from "#lib/client/use-change.ts";
import { ChangeRoleDialog } from "./change-role-dialog.tsx";
import { ResetPasswordDialog } from "./reset-password-dialog.tsx";

type MemberActionsProps = { tenantId: string; member: Member; mayMakeOwners: boolean };
type Question = "role" | "password" | "remove";

export function MemberActions({ tenantId, member, mayMakeOwners }: MemberActionsProps) {
  const [asking, setAsking] = useState<Question | null>(null);
  const remove = useChange(() => removeMember(tenantId, member.user_id));
  const dialog = (question: Question) => ({
    open: asking === question,
    onOpenChange: (open: boolean) => setAsking(open ? question : null),
  });

  async function confirmRemove() {
    try {
      await remove.mutateAsync(undefined);
    } catch (error) {
      return toFailure(error);
    }
    toast.success(`${member.email} is removed`);
    return undefined;
  }

  // An owner is another owner's, or the operator's, to change.
  if (member.role === "owner" && !mayMakeOwners) return null;
  return (
    <>
      <RowActions of={member.email}>
        <DropdownMenuItem onSelect={() => setAsking("role")}>
          <UserCog aria-hidden /> Change role
        </DropdownMenuItem>
        <DropdownMenuItem onSelect={() => setAsking("password")}>
          <KeyRound aria-hidden /> New password
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        <DropdownMenuItem destructive onSelect={() => setAsking("remove")}>
          <Trash2 aria-hidden /> Remove
        </DropdownMenuItem>
      </RowActions>
      <ChangeRoleDialog {...{ tenantId, member, mayMakeOwners }} {...dialog("role")} />
      <ResetPasswordDialog {...{ tenantId, member }} {...dialog("password")} />
      <ConfirmDeleteDialog
        title="Remove member"
        description={`${member.email} may do nothing in this tenant any more. The keys that they made stay.`}
        onConfirm={confirmRemove}
        {...dialog("remove")}
      />
    </>
  );
}
