import { withTenant } from "#db/transaction.ts";
import { announce, announceHere, onChange } from "#lib/core/bus.ts";
import { log } from "#lib/core/log.ts";
import type { ListKind } from "./connection.ts";
import type { RegisteredUpstream } from "./registry.ts";

const topic = "upstream-list";

/** An upstream says that a list of its has changed: every process hears of it. */
export function announceListChange(
  { tenantId, upstreamId }: RegisteredUpstream,
  kind: ListKind,
): void {
  const notice = { topic, key: JSON.stringify([tenantId, upstreamId, kind]) };
  announceHere(notice);
  withTenant(tenantId, (tx) => announce(tx, notice)).catch((err: unknown) =>
    log.warn({ err, upstreamId }, "a change of an upstream's list is not announced"),
  );
}

/** Calls `listener` when an upstream tells any process that a list of its has changed. */
export function onUpstreamListChanged(
  listener: (tenantId: string, upstreamId: string, kind: ListKind) => void,
): () => void {
  return onChange((change) => {
    if (change === "everything" || change.topic !== topic) return;
    const [tenantId, upstreamId, kind] = JSON.parse(change.key) as [string, string, ListKind];
    listener(tenantId, upstreamId, kind);
  });
}
