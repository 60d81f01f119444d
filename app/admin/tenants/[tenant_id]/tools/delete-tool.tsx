"use client";

import { ConfirmDeleteDialog } from "#components/forms/confirm-delete-dialog.tsx";
import { DeleteButton, useDeletion } from "#components/forms/deletion.tsx";
import type { DialogState } from "#components/forms/form-dialog.tsx";
import { deleteTool } from "#lib/client/tools.ts";
import type { Tool } from "#lib/tools/schema.ts";

type Deletable = Pick<Tool, "tenant_id" | "tool_id" | "name">;

function useToolDeletion(tool: Deletable) {
  return useDeletion(
    {
      title: "Delete tool",
      description: `MCP clients lose ${tool.name} at once. What it was called and cost stays in the meter.`,
      done: `${tool.name} is deleted`,
    },
    () => deleteTool(tool.tenant_id, tool.tool_id),
  );
}

/** Asks before a tool of a list is deleted. */
export function DeleteToolDialog({ tool, ...dialog }: DialogState & { tool: Deletable }) {
  return <ConfirmDeleteDialog {...useToolDeletion(tool)} {...dialog} />;
}

/** The button on a tool's own page. */
export function DeleteToolButton({ tool }: { tool: Deletable }) {
  const list = `/admin/tenants/${tool.tenant_id}/tools`;
  return <DeleteButton deletion={useToolDeletion(tool)} list={list} />;
}
