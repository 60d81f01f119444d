"use client";

import { Download, Link2, Trash2 } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { RowActions } from "#components/data-table/row-actions.tsx";
import { ConfirmDeleteDialog } from "#components/forms/confirm-delete-dialog.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";
import {
  Dialog,
  DialogContent,
  DialogDescription,
  DialogHeader,
  DialogTitle,
} from "#components/ui/dialog.tsx";
import { DropdownMenuItem, DropdownMenuSeparator } from "#components/ui/dropdown-menu.tsx";
import { messageOf, toFailure } from "#lib/client/api-error.ts";
import { deleteFile, type FileEntry, fileHref, linkFile } from "#lib/client/resource-use.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { Resource } from "#lib/resources/schema.ts";

type FileActionsProps = { resource: Resource; entry: FileEntry };

export function FileActions({ resource, entry }: FileActionsProps) {
  const { tenant_id: tenantId, resource_id: resourceId, driver } = resource;
  const path = entry.path.replace(/\/$/, "");
  const [asked, setAsked] = useState(false);
  const [link, setLink] = useState<string | null>(null);
  const remove = useChange(() => deleteFile(tenantId, resourceId, path));
  const share = useChange(() => linkFile(tenantId, resourceId, path));
  const isFile = entry.kind === "file";
  return (
    <>
      <RowActions of={path}>
        {isFile && (
          <DropdownMenuItem asChild>
            <a href={fileHref(tenantId, resourceId, path)} download>
              <Download aria-hidden /> Download
            </a>
          </DropdownMenuItem>
        )}
        {isFile && driver === "bucket" && (
          <DropdownMenuItem
            onSelect={() =>
              share.mutate(undefined, {
                onSuccess: ({ url }) => setLink(url),
                onError: (error) => toast.error("No link", { description: messageOf(error) }),
              })
            }
          >
            <Link2 aria-hidden /> Link
          </DropdownMenuItem>
        )}
        {isFile && <DropdownMenuSeparator />}
        <DropdownMenuItem destructive onSelect={() => setAsked(true)}>
          <Trash2 aria-hidden /> Delete
        </DropdownMenuItem>
      </RowActions>
      <Dialog open={link !== null} onOpenChange={() => setLink(null)}>
        <DialogContent>
          <DialogHeader>
            <DialogTitle>Link to {path}</DialogTitle>
            <DialogDescription>
              Whoever has it reads the file without a credential, for five minutes.
            </DialogDescription>
          </DialogHeader>
          <CodeBlock code={link ?? ""} what="link" />
        </DialogContent>
      </Dialog>
      <ConfirmDeleteDialog
        title={isFile ? "Delete file" : "Delete folder"}
        description={
          isFile ? `${path} is gone for good.` : `${path} can be deleted once it is empty.`
        }
        open={asked}
        onOpenChange={setAsked}
        onConfirm={async () => {
          try {
            await remove.mutateAsync(undefined);
          } catch (error) {
            return toFailure(error);
          }
          toast.success(`${path} is deleted`);
          return undefined;
        }}
      />
    </>
  );
}
