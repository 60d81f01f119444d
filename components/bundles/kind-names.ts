import type { BundleKind } from "#lib/bundles/schema.ts";

export const kindNames: Record<BundleKind, { one: string; many: string }> = {
  tools: { one: "Tool", many: "Tools" },
  prompts: { one: "Prompt", many: "Prompts" },
  resources: { one: "Resource", many: "Resources" },
};
