"use client";

import { useState } from "react";
import { cn } from "./cn.ts";

/** Characters that are shown at once. */
const most = 300;

/** A text that may be long, folded to its first lines. */
export function LongText({ text, className }: { text: string; className?: string }) {
  const [open, setOpen] = useState(false);
  const isLong = text.length > most;
  return (
    <div className={className}>
      <p dir="auto" className={cn("[overflow-wrap:anywhere]", isLong && !open && "line-clamp-3")}>
        {text}
      </p>
      {isLong && (
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="font-medium text-primary-text underline-offset-4 hover:underline touch:py-3"
        >
          {open ? "Show less" : "Show all"}
        </button>
      )}
    </div>
  );
}
