"use client";

import { KeyRound } from "lucide-react";
import Link from "next/link";
import { signOut } from "next-auth/react";
import { UserMenu } from "#components/shell/user-menu.tsx";
import { DropdownMenuItem } from "#components/ui/dropdown-menu.tsx";

type AccountMenuProps = {
  email: string;
  /** "Operator" */
  title: string;
  /** The page where the password is changed. */
  href: string;
};

export function AccountMenu({ email, title, href }: AccountMenuProps) {
  return (
    <UserMenu
      email={email}
      title={title}
      onSignOut={() => void signOut({ callbackUrl: "/sign-in" })}
    >
      <DropdownMenuItem asChild>
        <Link href={href}>
          <KeyRound aria-hidden />
          Change password
        </Link>
      </DropdownMenuItem>
    </UserMenu>
  );
}
