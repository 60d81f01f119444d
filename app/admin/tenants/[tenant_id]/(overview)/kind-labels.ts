import type { UsageKind } from "#lib/usage/schema.ts";

/** Kinds of what is metered, in words. */
export const kindLabels: Record<UsageKind, string> = {
  tool_call: "Tool calls",
  ai_call: "AI calls",
  resource_read: "Resource reads",
  resource_write: "Resource writes",
  memory_op: "Memory operations",
  message: "Messages",
  sandbox_ms: "Sandbox time",
  storage: "Storage",
  provided: "Provided to others",
};
