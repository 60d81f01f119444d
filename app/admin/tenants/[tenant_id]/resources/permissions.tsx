import { Badge } from "#components/ui/badge.tsx";

/** The kinds of access that a resource offers. */
export function Permissions({ words }: { words: string[] }) {
  if (words.length === 0) return <span className="text-muted-foreground">None</span>;
  return (
    <span className="flex flex-wrap gap-1 max-md:[td_&]:justify-end">
      {words.map((word) => (
        <Badge key={word} tone="accent">
          {word}
        </Badge>
      ))}
    </span>
  );
}
