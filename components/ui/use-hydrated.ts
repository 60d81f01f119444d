"use client";

import { useSyncExternalStore } from "react";

const neverChanges = () => () => {};

/** False on the server and in the first render, so that zone- and clock-bound text can wait. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    neverChanges,
    () => true,
    () => false,
  );
}
