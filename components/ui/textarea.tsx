import type { ComponentProps } from "react";
import { cn } from "./cn.ts";
import { controlStyle } from "./input.tsx";

export function Textarea({ className, ...props }: ComponentProps<"textarea">) {
  return (
    <textarea
      className={cn(controlStyle, "field-sizing-content min-h-20 py-2 leading-5", className)}
      {...props}
    />
  );
}
