"use client";

import { Archive, ArchiveRestore } from "lucide-react";
import { toast } from "sonner";
import { ConfirmDeleteDialog } from "#components/forms/confirm-delete-dialog.tsx";
import { Button } from "#components/ui/button.tsx";
import { messageOf, toFailure } from "#lib/client/api-error.ts";
import { setToolArchived } from "#lib/client/tools.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { Tool } from "#lib/tools/schema.ts";

type ArchiveToolButtonProps = { tool: Pick<Tool, "tenant_id" | "tool_id" | "name" | "status"> };

/** Takes a tool out of use, after a question, or puts it in use again. */
export function ArchiveToolButton({ tool }: ArchiveToolButtonProps) {
  const change = useChange((archived: boolean) =>
    setToolArchived(tool.tenant_id, tool.tool_id, archived),
  );
  if (tool.status === "archived") {
    return (
      <Button
        variant="outline"
        size="sm"
        pending={change.isPending}
        onClick={() =>
          change.mutate(false, {
            onSuccess: (after) =>
              toast.success(
                `${tool.name} is ${after.status === "draft" ? "a draft again" : "in use again"}`,
              ),
            onError: (error) => toast.error(messageOf(error)),
          })
        }
      >
        <ArchiveRestore aria-hidden /> Unarchive
      </Button>
    );
  }
  return (
    <ConfirmDeleteDialog
      title="Archive tool"
      failedTitle="Not archived"
      description={`MCP clients lose ${tool.name} at once, and its name is free for another tool. Its revisions and examples are kept.`}
      onConfirm={async () => {
        try {
          await change.mutateAsync(true);
        } catch (error) {
          return toFailure(error);
        }
        toast.success(`${tool.name} is archived`);
        return undefined;
      }}
      trigger={
        <Button variant="outline" size="sm">
          <Archive aria-hidden /> Archive
        </Button>
      }
    />
  );
}
