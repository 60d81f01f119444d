import { Badge } from "#components/ui/badge.tsx";
import type { FederationPeer } from "#lib/federation/pulls/schema.ts";

const looks = {
  unknown: { tone: "neutral", label: "Not pulled yet" },
  ok: { tone: "success", label: "Pulls" },
  failing: { tone: "warning", label: "Last pull failed" },
  unhealthy: { tone: "danger", label: "Keeps failing" },
} as const;

/** How the last pulls went. */
export function PeerHealth({
  peer,
}: {
  peer: Pick<FederationPeer, "enabled" | "health" | "pulling">;
}) {
  if (!peer.enabled) return <Badge>Switched off</Badge>;
  if (peer.pulling) return <Badge tone="accent">Pulling now</Badge>;
  const { tone, label } = looks[peer.health.state];
  return (
    <Badge tone={tone} dot>
      {label}
    </Badge>
  );
}
