import { cn } from "./cn.ts";

type CodeProps = { children: string; className?: string };

/** An id, a name or an address as it is typed; a long one breaks anywhere. */
export function Code({ children, className }: CodeProps) {
  return (
    <code
      className={cn(
        "font-mono text-xs [overflow-wrap:anywhere] md:[td_&]:block md:[td_&]:min-w-28",
        className,
      )}
    >
      {children}
    </code>
  );
}
