"use client";

import { History, Pencil, Trash2 } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { RowActions } from "#components/data-table/row-actions.tsx";
import { DropdownMenuItem, DropdownMenuSeparator } from "#components/ui/dropdown-menu.tsx";
import type { Prompt } from "#lib/prompts/schema.ts";
import { DeletePromptDialog } from "./delete-prompt.tsx";
import { promptHref } from "./prompt-href.ts";

type PromptActionsProps = { prompt: Pick<Prompt, "tenant_id" | "name"> };

export function PromptActions({ prompt }: PromptActionsProps) {
  const [deleting, setDeleting] = useState(false);
  return (
    <>
      <RowActions of={prompt.name}>
        <DropdownMenuItem asChild>
          <Link href={`${promptHref(prompt)}/edit`}>
            <Pencil aria-hidden /> Edit
          </Link>
        </DropdownMenuItem>
        <DropdownMenuItem asChild>
          <Link href={`${promptHref(prompt)}/versions`}>
            <History aria-hidden /> Versions
          </Link>
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        <DropdownMenuItem destructive onSelect={() => setDeleting(true)}>
          <Trash2 aria-hidden /> Delete
        </DropdownMenuItem>
      </RowActions>
      <DeletePromptDialog prompt={prompt} open={deleting} onOpenChange={setDeleting} />
    </>
  );
}
