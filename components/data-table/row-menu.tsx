"use client";

import { type LucideIcon, Trash2 } from "lucide-react";
import Link from "next/link";
import { type ReactNode, useState } from "react";
import type { DialogState } from "#components/forms/form-dialog.tsx";
import { DropdownMenuItem, DropdownMenuSeparator } from "#components/ui/dropdown-menu.tsx";
import { RowActions } from "./row-actions.tsx";

type RowMenuProps = {
  /** Whose actions: the row's name. */
  of: string;
  links: readonly { href: string; label: string; icon: LucideIcon }[];
  /** The dialog that asks before it is deleted. */
  children: (dialog: DialogState) => ReactNode;
};

/** The actions of a row that has pages of its own and can be deleted. */
export function RowMenu({ of, links, children }: RowMenuProps) {
  const [open, onOpenChange] = useState(false);
  return (
    <>
      <RowActions of={of}>
        {links.map(({ href, label, icon: Icon }) => (
          <DropdownMenuItem key={href} asChild>
            <Link href={href}>
              <Icon aria-hidden /> {label}
            </Link>
          </DropdownMenuItem>
        ))}
        <DropdownMenuSeparator />
        <DropdownMenuItem destructive onSelect={() => onOpenChange(true)}>
          <Trash2 aria-hidden /> Delete
        </DropdownMenuItem>
      </RowActions>
      {children({ open, onOpenChange })}
    </>
  );
}
