import { systemTenantCtx } from "#lib/auth/identity.ts";
import { log } from "#lib/core/log.ts";
import { onListChangeHeard } from "#lib/upstreams/list-changes.ts";
import { syncUpstreamTools } from "./sync.ts";

/** Upstreams that change a list tell of it several times in a row. */
const settleMs = 1_000;

/** Notes what an upstream offers when it says that its list of tools has changed; the answer ends it. */
export function followUpstreamLists(): () => Promise<void> {
  const waiting = new Map<string, NodeJS.Timeout>();
  const stop = onListChangeHeard((_ctx, { tenantId, upstreamId }, kind) => {
    const key = JSON.stringify([tenantId, upstreamId]);
    if (kind !== "tools" || waiting.has(key)) return;
    const timer = setTimeout(() => {
      waiting.delete(key);
      syncUpstreamTools(systemTenantCtx("upstream-sync", tenantId), upstreamId).catch(
        (err: unknown) => log.warn({ err, upstreamId }, "a changed upstream could not be read"),
      );
    }, settleMs);
    waiting.set(key, timer.unref());
  });
  return async () => {
    stop();
    for (const timer of waiting.values()) clearTimeout(timer);
  };
}
