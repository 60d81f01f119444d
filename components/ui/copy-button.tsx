"use client";

import { Check, Copy, TriangleAlert } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "./button.tsx";
import { cn } from "./cn.ts";
import { Hint } from "./hint.tsx";

type CopyButtonProps = {
  value: string;
  /** What is copied, for the button's name: "API key". */
  what: string;
  /** Show the word beside the icon. */
  labelled?: boolean;
  className?: string;
};

const FEEDBACK_MS = 2000;

const states = {
  idle: { icon: Copy, word: "Copy" },
  copied: { icon: Check, word: "Copied" },
  failed: { icon: TriangleAlert, word: "Copy failed" },
} as const;

export function CopyButton({ value, what, labelled = false, className }: CopyButtonProps) {
  const [state, setState] = useState<keyof typeof states>("idle");
  const { icon: Icon, word } = states[state];

  useEffect(() => {
    if (state === "idle") return;
    const timer = setTimeout(() => setState("idle"), FEEDBACK_MS);
    return () => clearTimeout(timer);
  }, [state]);

  const button = (
    <Button
      variant={labelled ? "outline" : "ghost"}
      size={labelled ? "sm" : "icon-sm"}
      aria-label={labelled ? undefined : `Copy ${what}`}
      className={cn(state === "copied" && "text-success", className)}
      onClick={async () => setState((await copyText(value)) ? "copied" : "failed")}
    >
      <Icon aria-hidden />
      {labelled && word}
    </Button>
  );
  return (
    <>
      {labelled ? button : <Hint text={state === "idle" ? `Copy ${what}` : word}>{button}</Hint>}
      <span role="status" className="sr-only">
        {state === "idle" ? "" : word}
      </span>
    </>
  );
}

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

// The clipboard API exists on https and localhost only; a console on a plain
// http address of a private network still has to hand out its keys.
function copyBySelection(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  const parent = document.activeElement?.parentElement ?? document.body;
  parent.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
}
