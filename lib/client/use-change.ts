"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";

/** A change over the API; afterwards the page's server parts and its live queries are read anew. */
export function useChange<Input, Output>(call: (input: Input) => Promise<Output>) {
  const router = useRouter();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: call,
    onSuccess: () => {
      router.refresh();
      void queries.invalidateQueries();
    },
  });
}
