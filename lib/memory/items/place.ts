import type { Place } from "./row.ts";

/** The place that an address names: its parameters, or empty texts, which are no place. */
export function placeFrom(params: Record<string, string>): Place {
  const { agent_id: agentId = "", namespace = "", key = "" } = params;
  return { agentId, namespace, key };
}
