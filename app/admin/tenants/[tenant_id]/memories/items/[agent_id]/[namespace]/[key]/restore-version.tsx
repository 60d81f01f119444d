"use client";

import { toast } from "sonner";
import { Button } from "#components/ui/button.tsx";
import { messageOf } from "#lib/client/api-error.ts";
import { type ItemPlace, restoreItem } from "#lib/client/memory.ts";
import { useChange } from "#lib/client/use-change.ts";

type RestoreVersionProps = {
  place: ItemPlace;
  version: number;
  /** The version that is looked at, so that no newer one is overwritten unseen. */
  current: number;
};

/** Writes what a version said as the memory's next one. */
export function RestoreVersion({ place, version, current }: RestoreVersionProps) {
  const restore = useChange(() => restoreItem(place, version, current));
  return (
    <Button
      variant="outline"
      size="sm"
      pending={restore.isPending}
      aria-label={`Restore version ${version}`}
      onClick={() =>
        restore.mutate(undefined, {
          onSuccess: () => toast.success(`${place.key} says again what version ${version} said`),
          onError: (error) => toast.error(messageOf(error)),
        })
      }
    >
      Restore
    </Button>
  );
}
