"use client";

import { Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { ConfirmDeleteDialog } from "#components/forms/confirm-delete-dialog.tsx";
import { Button } from "#components/ui/button.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { deletePrompt } from "#lib/client/prompts.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { Prompt } from "#lib/prompts/schema.ts";

type Deletable = Pick<Prompt, "tenant_id" | "name">;

type DeletePromptDialogProps = {
  prompt: Deletable;
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

function useDeletion(prompt: Deletable) {
  const remove = useChange(() => deletePrompt(prompt.tenant_id, prompt.name));
  return {
    title: "Delete prompt",
    description: `Clients lose ${prompt.name} at once, and all of its versions are gone with it.`,
    async onConfirm() {
      try {
        await remove.mutateAsync(undefined);
      } catch (error) {
        return toFailure(error);
      }
      toast.success(`${prompt.name} is deleted`);
      return undefined;
    },
  };
}

/** Asks before a prompt of a list is deleted. */
export function DeletePromptDialog({ prompt, open, onOpenChange }: DeletePromptDialogProps) {
  return <ConfirmDeleteDialog {...useDeletion(prompt)} open={open} onOpenChange={onOpenChange} />;
}

/** The button on a prompt's own page, which leads back to the list. */
export function DeletePromptButton({ prompt }: { prompt: Deletable }) {
  const router = useRouter();
  const deletion = useDeletion(prompt);
  return (
    <ConfirmDeleteDialog
      {...deletion}
      onConfirm={async () => {
        const failure = await deletion.onConfirm();
        if (!failure) router.replace(`/admin/tenants/${prompt.tenant_id}/prompts`);
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
