"use client";

import { PlugZap, Unplug } from "lucide-react";
import { toast } from "sonner";
import { Button } from "#components/ui/button.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { connectUpstream, disconnectUpstream } from "#lib/client/upstreams.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { Upstream } from "#lib/upstreams/schema.ts";

const connectLabels = {
  not_connected: "Connect",
  connected: null,
  expired: "Connect again",
  failed: "Connect again",
} as const;

type ConnectionButtonsProps = {
  upstream: Pick<Upstream, "tenant_id" | "upstream_id" | "name" | "connection">;
};

/** Connects the account that the person's calls use, in this browser, or forgets it. */
export function ConnectionButtons({ upstream }: ConnectionButtonsProps) {
  const { tenant_id, upstream_id, name, connection } = upstream;
  const connect = useChange(() => connectUpstream(tenant_id, upstream_id));
  const disconnect = useChange(() => disconnectUpstream(tenant_id, upstream_id));
  const onError = (error: unknown) => void toast.error(toFailure(error).detail);
  if (!connection) return null;
  const label = connectLabels[connection.state];
  return (
    <span className="inline-flex flex-wrap gap-2 max-md:justify-end">
      {label !== null && (
        <Button
          size="sm"
          aria-label={`${label}: ${name}`}
          pending={connect.isPending || connect.isSuccess}
          onClick={() =>
            connect.mutate(undefined, {
              onError,
              onSuccess: ({ authorization_url }) => location.assign(authorization_url),
            })
          }
        >
          <PlugZap aria-hidden /> {label}
        </Button>
      )}
      {connection.state !== "not_connected" && (
        <Button
          variant="outline"
          size="sm"
          aria-label={`Disconnect: ${name}`}
          pending={disconnect.isPending}
          onClick={() =>
            disconnect.mutate(undefined, {
              onError,
              onSuccess: () => void toast.success(`${name} is disconnected`),
            })
          }
        >
          <Unplug aria-hidden /> Disconnect
        </Button>
      )}
    </span>
  );
}
