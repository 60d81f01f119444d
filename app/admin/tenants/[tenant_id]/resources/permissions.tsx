import { Badge } from "#components/ui/badge.tsx";

/** The kinds of access that a resource offers; one that names none offers to be read. */
export function Permissions({ words }: { words: string[] }) {
  return (
    <span className="flex flex-wrap gap-1 max-md:[td_&]:justify-end">
      {(words.length === 0 ? ["read"] : words).map((word) => (
        <Badge key={word} tone="accent">
          {word}
        </Badge>
      ))}
    </span>
  );
}
