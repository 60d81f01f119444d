import { Badge } from "#components/ui/badge.tsx";
import { Code } from "#components/ui/code.tsx";
import type { PromptArgument } from "#lib/prompts/schema.ts";

const mostShown = 8;

/** A prompt's arguments, each with what is known of it. */
export function ArgumentList({ of }: { of: PromptArgument[] }) {
  if (of.length === 0) {
    return <p className="text-muted-foreground text-sm">None: it is the same for everyone.</p>;
  }
  return (
    <ul className="flex flex-col divide-y">
      {of.map(({ name, title, description, required, completions }) => (
        <li key={name} className="flex min-w-0 flex-col gap-1 py-3 first:pt-0 last:pb-0">
          <p className="flex flex-wrap items-center gap-2 text-sm">
            <Code>{name}</Code>
            {title && <span className="[overflow-wrap:anywhere]">{title}</span>}
            {required && <Badge tone="accent">Required</Badge>}
          </p>
          {description && (
            <p className="whitespace-pre-wrap text-[0.8125rem] text-muted-foreground [overflow-wrap:anywhere]">
              {description}
            </p>
          )}
          {completions.length > 0 && (
            <p className="text-muted-foreground text-xs [overflow-wrap:anywhere]">
              Offers {completions.slice(0, mostShown).join(", ")}
              {completions.length > mostShown && ` and ${completions.length - mostShown} more`}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}
