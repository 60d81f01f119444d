"use client";

import { X } from "lucide-react";
import { toast } from "sonner";
import { Button } from "#components/ui/button.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { putNamespace } from "#lib/client/memory.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { MemoryNamespaceView } from "#lib/memory/sharing/schema.ts";
import { lifeText } from "./lifetimes.ts";

type NamespaceLivesProps = { tenantId: string; namespaces: readonly MemoryNamespaceView[] };

/** The namespaces with a life of their own, each of which can be given up. */
export function NamespaceLives({ tenantId, namespaces }: NamespaceLivesProps) {
  const remove = useChange((namespace: string) => putNamespace(tenantId, namespace, null));
  async function giveUp(namespace: string) {
    try {
      await remove.mutateAsync(namespace);
      toast.success(`${namespace} has no life of its own any more`);
    } catch (error) {
      toast.error(toFailure(error).detail);
    }
  }
  if (namespaces.length === 0) {
    return (
      <p className="text-muted-foreground text-sm">
        All namespaces are kept as long as the tenant keeps memories.
      </p>
    );
  }
  return (
    <ul className="w-full max-w-xl divide-y">
      {namespaces.map(({ namespace, ttl_seconds }) => (
        <li key={namespace} className="flex items-center justify-between gap-4 py-2 text-sm">
          <code className="min-w-0 font-mono text-xs [overflow-wrap:anywhere]">{namespace}</code>
          <span className="flex shrink-0 items-center gap-2">
            {lifeText(ttl_seconds ?? 0)}
            <Button
              variant="ghost"
              size="icon-sm"
              aria-label={`Remove the life of ${namespace}`}
              onClick={() => giveUp(namespace)}
            >
              <X aria-hidden />
            </Button>
          </span>
        </li>
      ))}
    </ul>
  );
}
