import { Badge } from "#components/ui/badge.tsx";
import type { Upstream } from "#lib/upstreams/schema.ts";

const looks = {
  unknown: { tone: "neutral", label: "Not called yet" },
  ok: { tone: "success", label: "Answers" },
  failing: { tone: "danger", label: "Fails" },
  unauthorized: { tone: "warning", label: "Not authorized" },
} as const;

/** Whether the server answered when it was last called. */
export function UpstreamHealth({ upstream }: { upstream: Pick<Upstream, "enabled" | "health"> }) {
  if (!upstream.enabled) return <Badge>Switched off</Badge>;
  const { tone, label } = looks[upstream.health.status];
  return (
    <Badge tone={tone} dot>
      {label}
    </Badge>
  );
}
