import type { UpstreamToolState } from "#lib/tools/upstream-tool-schema.ts";

export const stateLabels: Record<UpstreamToolState, string> = {
  new: "New",
  accepted: "Accepted",
  changed: "Changed",
  gone: "Gone",
  ignored: "Ignored",
};
