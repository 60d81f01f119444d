"use client";

import { toast } from "sonner";
import type { FormFailure } from "#components/forms/form.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { deleteItem, eraseItem, type ItemPlace, undeleteItem } from "#lib/client/memory.ts";
import { useChange } from "#lib/client/use-change.ts";

const verbs = {
  remove: { call: deleteItem, done: "is in the trash" },
  undelete: { call: undeleteItem, done: "is back" },
  erase: { call: eraseItem, done: "is erased" },
} as const;

/** Does something to a memory; answers a failure to show, or says that it is done. */
export function useItemChange(
  place: ItemPlace,
): (verb: keyof typeof verbs) => Promise<FormFailure | undefined> {
  const change = useChange(async (verb: keyof typeof verbs) => {
    await verbs[verb].call(place);
  });
  return async (verb) => {
    try {
      await change.mutateAsync(verb);
    } catch (error) {
      return toFailure(error);
    }
    toast.success(`${place.key} ${verbs[verb].done}`);
    return undefined;
  };
}
