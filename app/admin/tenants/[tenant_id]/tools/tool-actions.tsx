"use client";

import { Pencil, Play } from "lucide-react";
import { RowMenu } from "#components/data-table/row-menu.tsx";
import type { Tool } from "#lib/tools/schema.ts";
import { DeleteToolDialog } from "./delete-tool.tsx";
import { toolHref } from "./tool-href.ts";

type ToolActionsProps = { tool: Pick<Tool, "tenant_id" | "tool_id" | "name"> };

export function ToolActions({ tool }: ToolActionsProps) {
  const href = toolHref(tool);
  return (
    <RowMenu
      of={tool.name}
      links={[
        { href: `${href}/test`, label: "Try it", icon: Play },
        { href: `${href}/edit`, label: "Edit", icon: Pencil },
      ]}
    >
      {(dialog) => <DeleteToolDialog tool={tool} {...dialog} />}
    </RowMenu>
  );
}
