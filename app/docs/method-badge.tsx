import { Badge } from "#components/ui/badge.tsx";

const tones = {
  get: "accent",
  post: "success",
  put: "warning",
  patch: "warning",
  delete: "danger",
} as const;

export function MethodBadge({ method }: { method: string }) {
  return (
    <Badge
      tone={tones[method as keyof typeof tones] ?? "neutral"}
      className="w-14 justify-center font-mono uppercase"
    >
      {method}
    </Badge>
  );
}
