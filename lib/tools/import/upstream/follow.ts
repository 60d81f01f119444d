import { systemTenantCtx } from "#lib/auth/identity.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { log } from "#lib/core/log.ts";
import { onListChangeHeard } from "#lib/upstreams/list-changes.ts";
import type { RegisteredUpstream } from "#lib/upstreams/registry.ts";
import { isPerUser } from "#lib/upstreams/subject.ts";
import { noteToolsOfPerson, syncUpstreamTools } from "./sync.ts";

/** Upstreams that change a list tell of it several times in a row. */
const settleMs = 1_000;

/** Where each person has an account of their own, nobody else's can be asked. */
function note({ principal }: Ctx, upstream: RegisteredUpstream): Promise<unknown> {
  const { tenantId, upstreamId } = upstream;
  const ctx = systemTenantCtx("upstream-sync", tenantId);
  return isPerUser(upstream)
    ? noteToolsOfPerson({ ...ctx, principal }, upstreamId)
    : syncUpstreamTools(ctx, upstreamId);
}

/**
 * Notes what an upstream offers when it tells this process that its list of tools has changed; the
 * answer ends it.
 */
export function followUpstreamLists(): () => Promise<void> {
  const waiting = new Map<string, NodeJS.Timeout>();
  const stop = onListChangeHeard((ctx, upstream, kind) => {
    const { tenantId, upstreamId } = upstream;
    const key = JSON.stringify([tenantId, upstreamId]);
    if (kind !== "tools" || waiting.has(key)) return;
    const timer = setTimeout(() => {
      waiting.delete(key);
      note(ctx, upstream).catch((err: unknown) =>
        log.warn({ err, upstreamId }, "a changed upstream could not be read"),
      );
    }, settleMs);
    waiting.set(key, timer.unref());
  });
  return async () => {
    stop();
    for (const timer of waiting.values()) clearTimeout(timer);
  };
}
