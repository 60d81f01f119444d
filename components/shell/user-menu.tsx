"use client";

import { LogOut } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "#components/ui/button.tsx";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "#components/ui/dropdown-menu.tsx";

type UserMenuProps = {
  email: string;
  /** "Operator" */
  title: string;
  /** `DropdownMenuItem`s above "Sign out". */
  children?: ReactNode;
  onSignOut: () => void;
};

export function UserMenu({ email, title, children, onSignOut }: UserMenuProps) {
  return (
    <DropdownMenu modal={false}>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon-sm" aria-label={`Account: ${email}`}>
          <span
            aria-hidden
            className="flex size-7 items-center justify-center rounded-full bg-primary-subtle font-semibold text-primary-text text-xs uppercase"
          >
            {email.slice(0, 1)}
          </span>
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end" className="min-w-56">
        <DropdownMenuLabel>
          <span className="block truncate font-medium">{email}</span>
          <span className="block text-muted-foreground text-xs">{title}</span>
        </DropdownMenuLabel>
        <DropdownMenuSeparator />
        {children}
        <DropdownMenuItem onSelect={onSignOut}>
          <LogOut aria-hidden />
          Sign out
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
