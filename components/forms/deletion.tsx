"use client";

import { Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { Button } from "#components/ui/button.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { useChange } from "#lib/client/use-change.ts";
import { ConfirmDeleteDialog } from "./confirm-delete-dialog.tsx";
import type { FormFailure } from "./form.tsx";

type Deletion = {
  title: string;
  description: string;
  /** What has to be typed; left out, a click is enough. */
  confirmText?: string | undefined;
  onConfirm: () => Promise<FormFailure | undefined>;
};

/** A deletion as `ConfirmDeleteDialog` takes it, which says so when it is `done`. */
export function useDeletion(
  { done, ...asked }: Omit<Deletion, "onConfirm"> & { done: string },
  remove: () => Promise<unknown>,
): Deletion {
  const change = useChange(remove);
  return {
    ...asked,
    async onConfirm() {
      try {
        await change.mutateAsync(undefined);
      } catch (error) {
        return toFailure(error);
      }
      toast.success(done);
      return undefined;
    },
  };
}

/** The button on a thing's own page, which leads to its list. */
export function DeleteButton({ deletion, list }: { deletion: Deletion; list: string }) {
  const router = useRouter();
  return (
    <ConfirmDeleteDialog
      {...deletion}
      onConfirm={async () => {
        const failure = await deletion.onConfirm();
        if (!failure) router.replace(list);
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
