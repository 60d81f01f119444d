"use client";

import { Pencil, Play, Trash2 } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { RowActions } from "#components/data-table/row-actions.tsx";
import { DropdownMenuItem, DropdownMenuSeparator } from "#components/ui/dropdown-menu.tsx";
import type { Tool } from "#lib/tools/schema.ts";
import { DeleteToolDialog } from "./delete-tool.tsx";
import { toolHref } from "./tool-href.ts";

type ToolActionsProps = { tool: Pick<Tool, "tenant_id" | "tool_id" | "name"> };

export function ToolActions({ tool }: ToolActionsProps) {
  const [deleting, setDeleting] = useState(false);
  return (
    <>
      <RowActions of={tool.name}>
        <DropdownMenuItem asChild>
          <Link href={`${toolHref(tool)}/test`}>
            <Play aria-hidden /> Try it
          </Link>
        </DropdownMenuItem>
        <DropdownMenuItem asChild>
          <Link href={`${toolHref(tool)}/edit`}>
            <Pencil aria-hidden /> Edit
          </Link>
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        <DropdownMenuItem destructive onSelect={() => setDeleting(true)}>
          <Trash2 aria-hidden /> Delete
        </DropdownMenuItem>
      </RowActions>
      <DeleteToolDialog tool={tool} open={deleting} onOpenChange={setDeleting} />
    </>
  );
}
