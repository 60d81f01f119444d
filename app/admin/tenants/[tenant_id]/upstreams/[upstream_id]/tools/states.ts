import type { UpstreamToolState } from "#lib/tools/import/upstream/schema.ts";

export const stateLabels: Record<UpstreamToolState, string> = {
  new: "New",
  accepted: "Accepted",
  changed: "Changed",
  gone: "Gone",
  ignored: "Ignored",
};
