"use client";

import { Undo2 } from "lucide-react";
import { toast } from "sonner";
import { RowActions } from "#components/data-table/row-actions.tsx";
import { DropdownMenuItem } from "#components/ui/dropdown-menu.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { changeMemoryGrant } from "#lib/client/memory.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { MemoryGrantView } from "#lib/memory/sharing/schema.ts";

type GrantActionsProps = { tenantId: string; grant: MemoryGrantView };

/** Takes a grant back; what was shared is untouched, and can be shared again. */
export function GrantActions({ tenantId, grant }: GrantActionsProps) {
  const { agent_id: agentId, namespace, type, id } = grant;
  const takeBack = useChange(() =>
    changeMemoryGrant({ tenantId, agentId, namespace }, { type, id }, null),
  );
  async function now() {
    try {
      await takeBack.mutateAsync(undefined);
      toast.success(`${id} no longer has ${agentId}'s ${namespace}`);
    } catch (error) {
      toast.error(toFailure(error).detail);
    }
  }
  return (
    <RowActions of={`${agentId} ${namespace} ${id}`}>
      <DropdownMenuItem destructive onSelect={now}>
        <Undo2 aria-hidden /> Take back
      </DropdownMenuItem>
    </RowActions>
  );
}
