import Link from "next/link";
import { Badge } from "#components/ui/badge.tsx";
import type { UsedSecret } from "#lib/secrets/schema.ts";
import { resourceHref } from "../resources/resource-href.ts";
import { toolHref } from "../tools/tool-href.ts";

const shown = 3;

const pages = {
  tool: (tenant_id: string, id: string) => toolHref({ tenant_id, tool_id: id }),
  resource: (tenant_id: string, id: string) => resourceHref({ tenant_id, resource_id: id }),
};

/** What names a secret: its tools and resources lead to their pages. */
export function SecretUses({ secret }: { secret: UsedSecret }) {
  const { tenant_id, used_by } = secret;
  if (used_by.length === 0) return <span className="text-muted-foreground">Nothing</span>;
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-1 max-md:justify-end">
      {used_by.slice(0, shown).map(({ kind, id, name }) =>
        kind === "tool" || kind === "resource" ? (
          <Link
            key={`${kind} ${id}`}
            href={pages[kind](tenant_id, id)}
            prefetch={false}
            className="min-w-0 rounded-xs underline-offset-4 [overflow-wrap:anywhere] hover:underline touch:-my-3 touch:py-3"
          >
            {name}
          </Link>
        ) : (
          <span key={`${kind} ${id}`} className="inline-flex items-center gap-1.5">
            {name}
            <Badge>{kind === "provider" ? "AI provider" : "Upstream"}</Badge>
          </span>
        ),
      )}
      {used_by.length > shown && (
        <span className="text-muted-foreground">and {used_by.length - shown} more</span>
      )}
    </span>
  );
}
