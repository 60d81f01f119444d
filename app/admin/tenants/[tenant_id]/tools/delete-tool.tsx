"use client";

import { Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { ConfirmDeleteDialog } from "#components/forms/confirm-delete-dialog.tsx";
import { Button } from "#components/ui/button.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { deleteTool } from "#lib/client/tools.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { Tool } from "#lib/tools/schema.ts";

type Deletable = Pick<Tool, "tenant_id" | "tool_id" | "name">;

type DeleteToolDialogProps = {
  tool: Deletable;
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

function useDeletion(tool: Deletable) {
  const remove = useChange(() => deleteTool(tool.tenant_id, tool.tool_id));
  return {
    title: "Delete tool",
    description: `MCP clients lose ${tool.name} at once. What it was called and cost stays in the meter.`,
    async onConfirm() {
      try {
        await remove.mutateAsync(undefined);
      } catch (error) {
        return toFailure(error);
      }
      toast.success(`${tool.name} is deleted`);
      return undefined;
    },
  };
}

/** Asks before a tool of a list is deleted. */
export function DeleteToolDialog({ tool, open, onOpenChange }: DeleteToolDialogProps) {
  return <ConfirmDeleteDialog {...useDeletion(tool)} open={open} onOpenChange={onOpenChange} />;
}

/** The button on a tool's own page, which leads back to the list. */
export function DeleteToolButton({ tool }: { tool: Deletable }) {
  const router = useRouter();
  const deletion = useDeletion(tool);
  return (
    <ConfirmDeleteDialog
      {...deletion}
      onConfirm={async () => {
        const failure = await deletion.onConfirm();
        if (!failure) router.replace(`/admin/tenants/${tool.tenant_id}/tools`);
        return failure;
      }}
      trigger={
        <Button variant="outline" size="sm">
          <Trash2 aria-hidden /> Delete
        </Button>
      }
    />
  );
}
