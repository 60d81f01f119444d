"use client";

import { KeyRound } from "lucide-react";
import Link from "next/link";
import { signOut } from "next-auth/react";
import { UserMenu } from "#components/shell/user-menu.tsx";
import { DropdownMenuItem } from "#components/ui/dropdown-menu.tsx";

export function AccountMenu({ email }: { email: string }) {
  return (
    <UserMenu
      email={email}
      title="Operator"
      onSignOut={() => void signOut({ callbackUrl: "/sign-in" })}
    >
      <DropdownMenuItem asChild>
        <Link href="/admin/account">
          <KeyRound aria-hidden />
          Change password
        </Link>
      </DropdownMenuItem>
    </UserMenu>
  );
}
