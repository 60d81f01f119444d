"use client";

import { type ReactNode, useState } from "react";
import { Button } from "./button.tsx";
import { cn } from "./cn.ts";
import { CopyButton } from "./copy-button.tsx";

type FoldedTextProps = {
  text: string;
  /** What it is, for the copy button's name: "context", "code". */
  what: string;
  /** Lines shown before "Show all". */
  maxLines?: number;
  className?: string;
  /** How what is shown of it looks. */
  children?: (shown: string) => ReactNode;
};

/** Text of a fixed width to read and copy, long ones folded. */
export function FoldedText({ text, what, maxLines = 24, className, children }: FoldedTextProps) {
  const [open, setOpen] = useState(false);
  const lines = text.split("\n");
  const folded = !open && lines.length > maxLines;
  const shown = folded ? lines.slice(0, maxLines).join("\n") : text;
  return (
    <div className={cn("relative rounded-md border bg-background", className)}>
      <pre className="whitespace-pre-wrap px-3.5 py-3 pr-12 font-mono text-xs leading-5 [overflow-wrap:anywhere]">
        <code>{children ? children(shown) : shown}</code>
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
