import { Badge } from "#components/ui/badge.tsx";

const mostShown = 3;

/** What a key may do; more than a few are counted, and named on hover. */
export function Scopes({ scopes }: { scopes: string[] }) {
  if (scopes.includes("*")) return <Badge tone="accent">Everything</Badge>;
  const rest = scopes.slice(mostShown);
  return (
    <span className="flex flex-wrap gap-1 max-md:justify-end">
      {scopes.slice(0, mostShown).map((scope) => (
        <Badge key={scope}>{scope}</Badge>
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
