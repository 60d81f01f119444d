"use client";

import { Tooltip } from "radix-ui";
import type { ReactElement } from "react";

type HintProps = { text: string; children: ReactElement };

/** A tooltip for one focusable element. It repeats, never replaces, the element's own name. */
export function Hint({ text, children }: HintProps) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content
          sideOffset={6}
          collisionPadding={8}
          className="fade-in-0 zoom-in-98 z-50 max-w-64 animate-in rounded-md bg-foreground px-2 py-1 text-background text-xs shadow-md"
        >
          {text}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
