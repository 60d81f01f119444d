"use client";

import { Download } from "lucide-react";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { DeleteButton, useDeletion } from "#components/forms/deletion.tsx";
import { Button } from "#components/ui/button.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { deletePeer, pullPeer } from "#lib/client/federation.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { FederationPeer, PeerRun } from "#lib/federation/pulls/schema.ts";

type ButtonProps = { peer: Pick<FederationPeer, "tenant_id" | "peer_id" | "name" | "enabled"> };

function outcomeOf({ report }: PeerRun): string {
  const kinds = [report.memory, report.tools].filter((kind) => kind !== undefined);
  const sum = (count: (kind: (typeof kinds)[number]) => number) =>
    kinds.reduce((all, kind) => all + count(kind), 0);
  const taken = sum((kind) => kind.new + kind.updated + kind.replaced);
  const kept = sum(({ kept }) => kept);
  const failed = sum((kind) => kind.failed);
  const parts = [
    taken === 0 ? "Nothing new" : `${taken} taken`,
    ...(kept > 0 ? [`${kept} conflicts kept`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ];
  return parts.join(", ");
}

/** Pulls what changed, at once. */
export function PullButton({ peer }: ButtonProps) {
  const { tenant_id, peer_id, enabled } = peer;
  const router = useRouter();
  const pull = useChange(() => pullPeer(tenant_id, peer_id));
  const run = () =>
    pull.mutate(undefined, {
      onSuccess: (done) => {
        if (done.status === "ok") toast.success(outcomeOf(done));
        else toast.warning(outcomeOf(done));
      },
      onError: (error) => {
        toast.error(toFailure(error).detail);
        // A pull that failed is a run, too.
        router.refresh();
      },
    });
  return (
    <Button size="sm" disabled={!enabled} pending={pull.isPending} onClick={run}>
      <Download aria-hidden /> {pull.isPending ? "Pulling…" : "Pull now"}
    </Button>
  );
}

/** The button on a peer's own page, which leads back to the list. */
export function DeletePeerButton({ peer }: ButtonProps) {
  const { tenant_id, peer_id, name } = peer;
  const deletion = useDeletion(
    {
      title: "Delete peer",
      description: `What was pulled from ${name} stays. Its token and its pulls' reports go.`,
      confirmText: peer_id,
      done: `${name} is deleted`,
    },
    () => deletePeer(tenant_id, peer_id),
  );
  return <DeleteButton deletion={deletion} list={`/admin/tenants/${tenant_id}/federation`} />;
}
