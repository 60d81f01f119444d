import type { Tool } from "#lib/tools/schema.ts";
import { toolHref } from "../tool-href.ts";

/** The pages of one tool, in the order of their tabs. */
const pages = [
  { path: "", label: "Overview" },
  { path: "/edit", label: "Edit" },
  { path: "/test", label: "Test" },
  { path: "/revisions", label: "Revisions" },
  { path: "/access", label: "Access" },
];

export function toolTabs(tool: Pick<Tool, "tenant_id" | "tool_id">) {
  return pages.map(({ path, label }) => ({ href: `${toolHref(tool)}${path}`, label }));
}
