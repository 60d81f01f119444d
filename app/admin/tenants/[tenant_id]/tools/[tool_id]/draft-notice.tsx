"use client";

import Link from "next/link";
import { toast } from "sonner";
import { ConfirmDeleteDialog } from "#components/forms/confirm-delete-dialog.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Button } from "#components/ui/button.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { discardDraft } from "#lib/client/tools.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { Tool } from "#lib/tools/schema.ts";
import { toolHref } from "../tool-href.ts";

/** Says that something waits to be published, and what can be done with it. */
export function DraftNotice({ tool }: { tool: Tool }) {
  const discard = useChange(() => discardDraft(tool.tenant_id, tool.tool_id));
  if (tool.status === "archived") {
    return (
      <Alert tone="warning" title="This tool is archived">
        It is in no list, and calls of it are refused. Unarchive it to put it in use again.
      </Alert>
    );
  }
  if (!tool.has_draft) return null;
  const isNew = tool.revision === null;
  return (
    <Alert tone="warning" title={isNew ? "This tool is a draft" : "A draft waits to be published"}>
      {isNew
        ? "It cannot be called before it is published. You can try it meanwhile."
        : "What is shown here is what is published, and what calls run."}
      <span className="mt-2 flex flex-wrap gap-2">
        <Button variant="outline" size="sm" asChild>
          <Link href={`${toolHref(tool)}/test`}>Try the draft</Link>
        </Button>
        {!isNew && (
          <>
            <Button variant="outline" size="sm" asChild>
              <Link href={`${toolHref(tool)}/revisions`}>See what changes</Link>
            </Button>
            <ConfirmDeleteDialog
              title="Discard draft"
              failedTitle="Not discarded"
              description={`${tool.name} stays as it is published. The draft stays in the list of revisions.`}
              onConfirm={async () => {
                try {
                  await discard.mutateAsync(undefined);
                } catch (error) {
                  return toFailure(error);
                }
                toast.success("The draft is discarded");
                return undefined;
              }}
              trigger={
                <Button variant="outline" size="sm">
                  Discard draft
                </Button>
              }
            />
          </>
        )}
      </span>
    </Alert>
  );
}
