"use client";

import Image from "next/image";
import { Badge } from "#components/ui/badge.tsx";
import { formatValue } from "#components/ui/format.ts";
import { JsonView } from "#components/ui/json-view.tsx";
import type { CallToolResult } from "#lib/tools/schema.ts";

type ToolResultProps = {
  result: CallToolResult;
  /** Left out where it is told elsewhere. */
  durationMs?: number;
};

type Block = CallToolResult["content"][number];

/** What a call gave, block by block. */
export function ToolResult({ result, durationMs }: ToolResultProps) {
  const { content, structuredContent, isError } = result;
  // The texts of most tools only repeat the structured content for clients that cannot read it.
  const repeated = structuredContent !== undefined && !isError;
  return (
    <section aria-label="Result" className="flex flex-col gap-3 border-t pt-4">
      <p className="flex items-center gap-2 text-muted-foreground text-xs">
        <Badge tone={isError ? "danger" : "success"} dot>
          {isError ? "The tool failed" : "Succeeded"}
        </Badge>
        {durationMs !== undefined && `in ${formatValue(Math.round(durationMs), "ms")}`}
      </p>
      {structuredContent !== undefined && (
        <div className="flex flex-col gap-1.5">
          <p className="font-medium text-[0.8125rem]">Structured content</p>
          <JsonView value={structuredContent} what="structured content" />
        </div>
      )}
      {content.length > 0 && (
        <details open={!repeated} className="flex flex-col gap-1.5">
          <summary className="w-fit cursor-pointer font-medium text-[0.8125rem] touch:py-3">
            Content, {content.length} {content.length === 1 ? "block" : "blocks"}
          </summary>
          <div className="mt-1.5 flex flex-col gap-2">
            {Object.entries(content).map(([at, block]) => (
              <ContentBlock key={at} block={block} />
            ))}
          </div>
        </details>
      )}
    </section>
  );
}

function ContentBlock({ block }: { block: Block }) {
  if (block.type === "image") {
    const source = `data:${block.mimeType};base64,${block.data}`;
    return (
      <div className="relative h-64 overflow-hidden rounded-md border bg-background">
        <Image src={source} alt="The tool's answer" fill unoptimized className="object-contain" />
      </div>
    );
  }
  if (block.type !== "text") return <JsonView value={block} what="content block" maxLines={12} />;
  return (
    <pre className="max-h-96 overflow-auto whitespace-pre-wrap rounded-md border bg-background px-3.5 py-3 font-mono text-xs leading-5 [overflow-wrap:anywhere]">
      {block.text}
    </pre>
  );
}
