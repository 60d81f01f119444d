import { withTenant } from "#db/transaction.ts";
import { announce, announceHere, type Change, onChange } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { log } from "#lib/core/log.ts";
import { singleton } from "#lib/core/singleton.ts";
import type { ListKind } from "./connection.ts";
import type { RegisteredUpstream } from "./registry.ts";

/** The key is tenant, upstream and kind, as JSON. */
export const upstreamListTopic = "upstream-list";

/** However often an upstream says that a list has changed, it is passed on this often at most. */
const everyMs = 2_000;

type HeardListener = (ctx: Ctx, upstream: RegisteredUpstream, kind: ListKind) => void;

const heard = singleton("upstream.heard", () => ({
  listeners: new Set<HeardListener>(),
  /** By the notice's key: whether it came again since it was passed on. */
  resting: new Map<string, boolean>(),
}));

async function tellOthers(tenantId: string, notice: Change): Promise<void> {
  await withTenant(tenantId, (tx) => announce(tx, notice));
}

function pass(ctx: Ctx, upstream: RegisteredUpstream, kind: ListKind, key: string): void {
  const notice = { topic: upstreamListTopic, key };
  heard.resting.set(key, false);
  setTimeout(() => {
    const again = heard.resting.get(key);
    heard.resting.delete(key);
    if (again) pass(ctx, upstream, kind, key);
  }, everyMs).unref();
  announceHere(notice);
  for (const listener of heard.listeners) listener(ctx, upstream, kind);
  const { tenantId, upstreamId } = upstream;
  tellOthers(tenantId, notice).catch((err: unknown) =>
    log.warn({ err, upstreamId }, "a change of an upstream's list is not announced"),
  );
}

/** An upstream has told `ctx` that a list of its has changed: every process hears of it. */
export function announceListChange(ctx: Ctx, upstream: RegisteredUpstream, kind: ListKind): void {
  const key = JSON.stringify([upstream.tenantId, upstream.upstreamId, kind]);
  if (heard.resting.has(key)) heard.resting.set(key, true);
  else pass(ctx, upstream, kind, key);
}

/** Calls `listener` when an upstream tells this process that a list of its has changed. */
export function onListChangeHeard(listener: HeardListener): () => void {
  heard.listeners.add(listener);
  return () => heard.listeners.delete(listener);
}

/** Calls `listener` when an upstream tells any process that a list of its has changed. */
export function onUpstreamListChanged(
  listener: (tenantId: string, upstreamId: string, kind: ListKind) => void,
): () => void {
  return onChange((change) => {
    if (change === "everything" || change.topic !== upstreamListTopic) return;
    const [tenantId, upstreamId, kind] = JSON.parse(change.key) as [string, string, ListKind];
    listener(tenantId, upstreamId, kind);
  });
}
