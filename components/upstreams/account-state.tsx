import { Badge } from "#components/ui/badge.tsx";
import type { AccountState as State } from "#lib/upstreams/schema.ts";

const looks = {
  not_connected: { tone: "neutral", label: "Not connected" },
  connected: { tone: "success", label: "Connected" },
  expired: { tone: "warning", label: "Connect again" },
  failed: { tone: "danger", label: "Failed" },
} as const;

/** How an account at an upstream stands, and why where something is wrong. */
export function AccountState({ state, error }: { state: State; error: string | null }) {
  const { tone, label } = looks[state];
  return (
    <span className="inline-flex min-w-0 flex-col items-start gap-1 max-md:items-end">
      <Badge tone={tone} dot>
        {label}
      </Badge>
      {error !== null && <span className="text-muted-foreground text-xs">{error}</span>}
    </span>
  );
}
