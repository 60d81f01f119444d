import { Badge } from "#components/ui/badge.tsx";

const mostShown = 3;

type ArgumentNamesProps = { of: { name: string; required: boolean }[] };

/** A prompt's arguments; required ones stand out, more than a few are counted and named on hover. */
export function ArgumentNames({ of }: ArgumentNamesProps) {
  if (of.length === 0) return <span className="text-muted-foreground">None</span>;
  const rest = of.slice(mostShown).map(({ name }) => name);
  return (
    <span className="flex flex-wrap gap-1 max-md:justify-end">
      {of.slice(0, mostShown).map(({ name, required }) => (
        <Badge
          key={name}
          tone={required ? "accent" : "neutral"}
          title={required ? `${name} is required` : `${name} is optional`}
          className="max-w-48 shrink font-mono"
        >
          <span className="truncate">{name}</span>
        </Badge>
      ))}
      {rest.length > 0 && (
        <Badge title={rest.join(", ")}>
          +{rest.length}
          <span className="sr-only"> more: {rest.join(", ")}</span>
        </Badge>
      )}
    </span>
  );
}
