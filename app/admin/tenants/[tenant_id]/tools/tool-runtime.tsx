import { Badge } from "#components/ui/badge.tsx";
import type { JsonObject } from "#lib/core/json.ts";
import { implementationKind } from "#lib/tools/schema.ts";

const labels = { http: "HTTP", ai: "AI", internal: "Internal", mcp: "MCP", offer: "Offer" };

/** What a tool runs: where its address leads, the handler's name, code, or nothing. */
export function ToolRuntime({ config }: { config: JsonObject }) {
  const kind = implementationKind(config);
  const text = String(config.implementation);
  if (kind === null) return <span className="text-muted-foreground">Nothing</span>;
  if (kind === "code") return <Badge>Code</Badge>;
  return (
    <span className="inline-flex max-w-full items-center gap-2">
      <Badge>{labels[kind]}</Badge>
      <span className="min-w-0 truncate font-mono text-xs md:[td_&]:max-w-44">
        {kind === "http" ? (URL.parse(text.trim())?.host ?? text) : text.replace(/^\w+:/, "")}
      </span>
    </span>
  );
}
