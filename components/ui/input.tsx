import type { ComponentProps } from "react";
import { cn } from "./cn.ts";

/** Shared looks of everything one types into. 16px on phones, or iOS zooms in. */
export const controlStyle =
  "w-full min-w-0 rounded-md border border-input bg-card px-3 text-sm shadow-xs transition-[border-color,box-shadow] placeholder:text-muted-foreground focus-visible:border-ring focus-visible:outline-none focus-visible:ring-2 focus-visible:ring-ring/45 disabled:cursor-not-allowed disabled:bg-muted disabled:opacity-70 aria-invalid:border-destructive aria-invalid:ring-destructive/30 touch:text-base dark:bg-background";

export function Input({ className, type = "text", ...props }: ComponentProps<"input">) {
  return (
    <input
      type={type}
      className={cn(controlStyle, "h-9 read-only:bg-muted touch:h-11", className)}
      {...props}
    />
  );
}
