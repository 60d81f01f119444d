"use client";

import { Fragment, useState } from "react";
import { Button } from "./button.tsx";
import { cn } from "./cn.ts";
import { CopyButton } from "./copy-button.tsx";

type JsonViewProps = {
  value: unknown;
  /** What it is, for the copy button's name: "context", "input schema". */
  what: string;
  /** Lines shown before "Show all". */
  maxLines?: number;
  className?: string;
};

const TOKEN =
  /("(?:\\.|[^"\\])*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** A JSON value, indented and coloured, long ones folded. */
export function JsonView({ value, what, maxLines = 24, className }: JsonViewProps) {
  const [open, setOpen] = useState(false);
  const text = JSON.stringify(value, null, 2) ?? "null";
  const lines = text.split("\n");
  const folded = !open && lines.length > maxLines;
  const shown = folded ? lines.slice(0, maxLines).join("\n") : text;
  return (
    <div className={cn("relative rounded-md border bg-background", className)}>
      <pre className="whitespace-pre-wrap px-3.5 py-3 pr-12 font-mono text-xs leading-5 [overflow-wrap:anywhere]">
        <code>{colour(shown)}</code>
      </pre>
      <CopyButton value={text} what={what} className="absolute top-1 right-1" />
      {lines.length > maxLines && (
        <div className="border-t px-2 py-1">
          <Button variant="ghost" size="sm" onClick={() => setOpen(!open)} aria-expanded={open}>
            {folded ? `Show all ${lines.length} lines` : "Show less"}
          </Button>
        </div>
      )}
    </div>
  );
}

function colour(json: string) {
  const parts = [];
  let end = 0;
  for (const match of json.matchAll(TOKEN)) {
    const [whole, string, colon] = match;
    parts.push(<Fragment key={`${end}-gap`}>{json.slice(end, match.index)}</Fragment>);
    const style = colon ? "text-foreground" : string ? "text-primary-text" : "text-warning";
    parts.push(
      <span key={match.index} className={style}>
        {whole}
      </span>,
    );
    end = match.index + whole.length;
  }
  parts.push(<Fragment key="rest">{json.slice(end)}</Fragment>);
  return parts;
}
