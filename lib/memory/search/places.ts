import { allNamespaces, type Reach } from "../access.ts";
import type { Places } from "./labels.ts";

/** Where a caller may look: its own agent's memory and what is shared with it; null: everywhere. */
export function placesOf(reach: Reach | null): Places {
  if (reach === null) return null;
  return [
    { agentId: reach.agentId, namespace: null },
    ...reach.shared.map(({ agentId, namespace }) => ({
      agentId,
      namespace: namespace === allNamespaces ? null : namespace,
    })),
  ];
}
