"use client";

import { Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { ConfirmDeleteDialog } from "#components/forms/confirm-delete-dialog.tsx";
import { Button } from "#components/ui/button.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { deleteMemory } from "#lib/client/memory.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { Memory } from "#lib/memory/schema.ts";

type Deletable = Pick<Memory, "tenant_id" | "agent_id">;

type DeleteMemoryDialogProps = {
  memory: Deletable;
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

function useDeletion(memory: Deletable) {
  const remove = useChange(() => deleteMemory(memory.tenant_id, memory.agent_id));
  return {
    title: "Delete memory",
    description: `${memory.agent_id} forgets everything in it, for good.`,
    async onConfirm() {
      try {
        await remove.mutateAsync(undefined);
      } catch (error) {
        return toFailure(error);
      }
      toast.success(`The memory of ${memory.agent_id} is deleted`);
      return undefined;
    },
  };
}

/** Asks before a memory of a list is deleted. */
export function DeleteMemoryDialog({ memory, open, onOpenChange }: DeleteMemoryDialogProps) {
  return <ConfirmDeleteDialog {...useDeletion(memory)} open={open} onOpenChange={onOpenChange} />;
}

/** The button on a memory's own page, which leads back to the list. */
export function DeleteMemoryButton({ memory }: { memory: Deletable }) {
  const router = useRouter();
  const deletion = useDeletion(memory);
  return (
    <ConfirmDeleteDialog
      {...deletion}
      onConfirm={async () => {
        const failure = await deletion.onConfirm();
        if (!failure) router.replace(`/admin/tenants/${memory.tenant_id}/memories`);
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
