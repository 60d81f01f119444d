import { Badge } from "#components/ui/badge.tsx";
import type { Tool } from "#lib/tools/schema.ts";

const looks = {
  draft: { tone: "warning", word: "Draft" },
  published: { tone: "success", word: "Published" },
  archived: { tone: "neutral", word: "Archived" },
} as const;

type ToolStatusProps = {
  tool: Pick<Tool, "status" | "has_draft">;
  /** Why nobody can call it now, if so. */
  halted?: "disabled" | "stopped" | undefined;
};

/** Whether a tool can be called, and whether something of it waits to be published. */
export function ToolStatus({ tool, halted }: ToolStatusProps) {
  const { tone, word } = looks[tool.status];
  return (
    <span className="inline-flex flex-wrap gap-1.5 max-md:justify-end">
      <Badge tone={tone} dot>
        {word}
      </Badge>
      {halted && <Badge tone="danger">{halted === "disabled" ? "Disabled" : "Stopped"}</Badge>}
      {tool.has_draft && tool.status !== "draft" && <Badge tone="warning">Has a draft</Badge>}
    </span>
  );
}
