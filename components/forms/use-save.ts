"use client";

import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { toFailure } from "#lib/client/api-error.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { FormFailure } from "./form.tsx";

interface Saving<V, S> {
  /** For a new one, which must not replace one that is there: the field, and what is said at it. */
  taken?: {
    pointer: string;
    message: string;
    exists: (values: V) => Promise<boolean>;
  } | null;
  call: (values: V) => Promise<S>;
  /** Where what was saved is seen. */
  href: (saved: S) => string;
  told: (saved: S) => string;
  /** A failure in the form's own words; null: as the API tells it. */
  failure?: (error: unknown) => FormFailure | null;
}

/** What a form does with its values: saves them unless the id is taken, goes there, and says so. */
export function useSave<V, S>({ taken, call, href, told, failure }: Saving<V, S>) {
  const router = useRouter();
  const save = useChange(call);
  return async (values: V): Promise<FormFailure | undefined> => {
    try {
      if (taken && (await taken.exists(values))) {
        const { pointer, message } = taken;
        return { detail: "Nothing was saved.", errors: [{ pointer, message }] };
      }
      const saved = await save.mutateAsync(values);
      router.push(href(saved));
      toast.success(told(saved));
      return undefined;
    } catch (error) {
      return failure?.(error) ?? toFailure(error);
    }
  };
}
