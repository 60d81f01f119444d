import { Badge } from "#components/ui/badge.tsx";
import { formatValue } from "#components/ui/format.ts";
import type { Tool } from "#lib/tools/schema.ts";

const hintWords = [
  ["readOnlyHint", "Only reads", "Writes"],
  ["destructiveHint", "May destroy", "Destroys nothing"],
  ["idempotentHint", "Repeatable", "Not repeatable"],
  ["openWorldHint", "Reaches outside", "Stays inside"],
] as const;

const asked = {
  never: "Never",
  always: "Before each call",
  destructive: "When it may destroy something",
} as const;

const tasks = {
  forbidden: "Answers at once",
  optional: "May run as a task",
  required: "Always runs as a task",
} as const;

/** What agents are told of the tool's effects, in words. */
function Hints({ annotations }: Pick<Tool, "annotations">) {
  const said = hintWords.flatMap(([name, yes, no]) => {
    const value = annotations[name];
    if (value === undefined) return [];
    const tone = name === "destructiveHint" && value ? ("warning" as const) : ("neutral" as const);
    return [{ text: value ? yes : no, tone }];
  });
  if (said.length === 0) return <span className="text-muted-foreground">Nothing said</span>;
  return (
    <span className="flex flex-wrap gap-1.5">
      {said.map(({ text, tone }) => (
        <Badge key={text} tone={tone}>
          {text}
        </Badge>
      ))}
    </span>
  );
}

/** The rows of a tool's details that say how it behaves. */
export function behaviourItems(tool: Tool) {
  const { annotations, confirm, task_support, timeout_ms, pinned } = tool;
  const limit = timeout_ms === null ? "As what it runs allows" : formatValue(timeout_ms, "ms");
  return [
    { label: "Effects", value: <Hints annotations={annotations} /> },
    { label: "Asks the user", value: asked[confirm] },
    { label: "Tasks", value: tasks[task_support] },
    { label: "Whole call", value: limit },
    { label: "In large catalogs", value: pinned ? "Pinned: always listed" : "Found by search" },
  ];
}
