"use client";

import { Pencil, Trash2 } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { RowActions } from "#components/data-table/row-actions.tsx";
import { DropdownMenuItem, DropdownMenuSeparator } from "#components/ui/dropdown-menu.tsx";
import type { Memory } from "#lib/memory/schema.ts";
import { DeleteMemoryDialog } from "./delete-memory.tsx";
import { memoryHref } from "./memory-href.ts";

type MemoryActionsProps = { memory: Pick<Memory, "tenant_id" | "agent_id"> };

export function MemoryActions({ memory }: MemoryActionsProps) {
  const [deleting, setDeleting] = useState(false);
  return (
    <>
      <RowActions of={memory.agent_id}>
        <DropdownMenuItem asChild>
          <Link href={`${memoryHref(memory)}/edit`}>
            <Pencil aria-hidden /> Edit
          </Link>
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        <DropdownMenuItem destructive onSelect={() => setDeleting(true)}>
          <Trash2 aria-hidden /> Delete
        </DropdownMenuItem>
      </RowActions>
      <DeleteMemoryDialog memory={memory} open={deleting} onOpenChange={setDeleting} />
    </>
  );
}
