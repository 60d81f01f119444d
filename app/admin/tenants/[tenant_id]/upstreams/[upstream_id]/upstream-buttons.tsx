"use client";

import { ListRestart, Stethoscope } from "lucide-react";
import { toast } from "sonner";
import { Button } from "#components/ui/button.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { checkUpstream, syncUpstream } from "#lib/client/upstreams.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { Upstream } from "#lib/upstreams/schema.ts";

type ButtonProps = { upstream: Pick<Upstream, "tenant_id" | "upstream_id" | "name"> };

function useAct<T>(act: () => Promise<T>, done: (result: T) => void) {
  const change = useChange(act);
  const run = () =>
    change
      .mutateAsync(undefined)
      .then(done, (error: unknown) => void toast.error(toFailure(error).detail));
  return { run: () => void run(), isBusy: change.isPending };
}

/** Asks the server whether it answers at this moment. */
export function CheckUpstreamButton({ upstream }: ButtonProps) {
  const { tenant_id, upstream_id, name } = upstream;
  const { run, isBusy } = useAct(
    () => checkUpstream(tenant_id, upstream_id),
    ({ ok, error, duration_ms }) => {
      if (ok) toast.success(`${name} answered in ${duration_ms} ms`);
      else toast.error(error ?? `${name} does not answer`);
    },
  );
  return (
    <Button variant="outline" size="sm" disabled={isBusy} onClick={run}>
      <Stethoscope aria-hidden /> {isBusy ? "Checking…" : "Check now"}
    </Button>
  );
}

/** Notes what the server lists now, for review. */
export function SyncUpstreamButton({ upstream }: ButtonProps) {
  const { tenant_id, upstream_id } = upstream;
  const { run, isBusy } = useAct(
    () => syncUpstream(tenant_id, upstream_id),
    ({ total, new: fresh, changed, gone, accepted }) => {
      const held = fresh.length + changed.length + gone.length;
      const news = [
        ...(accepted.length === 0 ? [] : [`${accepted.length} accepted`]),
        ...(held === 0 ? [] : [`${held} tools to review`]),
      ];
      toast.success(news.length === 0 ? `Nothing new among ${total} tools` : news.join(", "));
    },
  );
  return (
    <Button variant="outline" size="sm" disabled={isBusy} onClick={run}>
      <ListRestart aria-hidden /> {isBusy ? "Reading…" : "Read the list now"}
    </Button>
  );
}
