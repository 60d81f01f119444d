import { AsyncLocalStorage } from "node:async_hooks";
import { singleton } from "#lib/core/singleton.ts";

const storage = singleton("upstream.hops", () => new AsyncLocalStorage<number>());

/** Requests that `run` makes of upstreams say that they are this many endpoints from the client. */
export function onHop<T>(hops: number, run: () => Promise<T>): Promise<T> {
  return storage.run(hops, run);
}

/** What the requests of the call under way have to say. */
export function hopsNow(): number {
  return storage.getStore() ?? 1;
}
