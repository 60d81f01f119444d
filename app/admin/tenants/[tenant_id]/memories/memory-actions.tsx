"use client";

import { Pencil } from "lucide-react";
import { RowMenu } from "#components/data-table/row-menu.tsx";
import type { Memory } from "#lib/memory/schema.ts";
import { DeleteMemoryDialog } from "./delete-memory.tsx";
import { memoryHref } from "./memory-href.ts";

type MemoryActionsProps = { memory: Pick<Memory, "tenant_id" | "agent_id"> };

export function MemoryActions({ memory }: MemoryActionsProps) {
  const href = memoryHref(memory);
  return (
    <RowMenu of={memory.agent_id} links={[{ href: `${href}/edit`, label: "Edit", icon: Pencil }]}>
      {(dialog) => <DeleteMemoryDialog memory={memory} {...dialog} />}
    </RowMenu>
  );
}
