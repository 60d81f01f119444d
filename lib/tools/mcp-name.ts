import { createHash } from "node:crypto";

/** SEP-986: what a tool may be called by over MCP. */
const legal = /^[A-Za-z0-9_.-]{1,128}$/;

/**
 * The name that MCP clients call a tool by: its name where that is legal, else its id where that
 * is, else the name in legal characters with a mark of the id, so that two of them differ.
 */
export function mcpNameOf(name: string, toolId: string): string {
  if (legal.test(name)) return name;
  if (legal.test(toolId)) return toolId;
  const slug = name
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^A-Za-z0-9_.-]+/g, "_")
    .slice(0, 100)
    .replaceAll(/^[_.-]+|[_.-]+$/g, "");
  const mark = createHash("sha256").update(toolId).digest("hex").slice(0, 8);
  return `${slug === "" ? "tool" : slug}_${mark}`;
}
