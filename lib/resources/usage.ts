import type { UsageEvent } from "#lib/usage/ledger.ts";

const writes = new Set([
  "register",
  "delete",
  "content.write",
  "content.delete",
  "execute",
  "file.write",
  "file.delete",
  "api.write",
  "deploy",
]);

/** The ledger's event of a verb on resources; `bytes` is how much was read or written. */
export function usageOf(
  name: string,
  startedAt: number,
  { errorCode, bytes }: { errorCode?: string; bytes?: number } = {},
): UsageEvent {
  return {
    kind: writes.has(name) ? "resource_write" : "resource_read",
    name: `resource.${name}`,
    status: errorCode === undefined ? "ok" : "error",
    durationMs: performance.now() - startedAt,
    ...(errorCode === undefined ? {} : { errorCode }),
    ...(bytes === undefined ? {} : { quantity: bytes }),
  };
}
