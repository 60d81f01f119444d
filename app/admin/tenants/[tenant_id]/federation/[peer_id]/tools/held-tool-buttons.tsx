"use client";

import { Check } from "lucide-react";
import { toast } from "sonner";
import { Button } from "#components/ui/button.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { approvePulledTool } from "#lib/client/federation.ts";
import { discardDraft } from "#lib/client/tools.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { HeldTool } from "#lib/federation/pulls/schema.ts";

type HeldToolButtonsProps = {
  tenantId: string;
  peerId: string;
  tool: Pick<HeldTool, "tool_id" | "name" | "digest" | "change">;
};

/** Yes to the definition that is shown, or, where another is in use, no to it. */
export function HeldToolButtons({ tenantId, peerId, tool }: HeldToolButtonsProps) {
  const { tool_id, name, digest, change } = tool;
  const approve = useChange(() => approvePulledTool(tenantId, peerId, { tool_id, digest }));
  const discard = useChange(() => discardDraft(tenantId, tool_id));
  const onError = (error: Error) => void toast.error(toFailure(error).detail);
  const isBusy = approve.isPending || discard.isPending;
  return (
    <span className="flex flex-wrap gap-2">
      {change === "changed" && (
        <Button
          variant="outline"
          size="sm"
          aria-label={`Discard the change of ${name}`}
          disabled={isBusy}
          onClick={() =>
            discard.mutate(undefined, {
              onSuccess: () => void toast.success(`${name} stays as it is`),
              onError,
            })
          }
        >
          Discard
        </Button>
      )}
      <Button
        size="sm"
        aria-label={`Approve ${name}`}
        disabled={isBusy}
        pending={approve.isPending}
        onClick={() =>
          approve.mutate(undefined, {
            onSuccess: () => void toast.success(`${name} is approved`),
            onError,
          })
        }
      >
        <Check aria-hidden /> Approve
      </Button>
    </span>
  );
}
