import { cn } from "./cn.ts";
import { CopyButton } from "./copy-button.tsx";

type CodeBlockProps = {
  code: string;
  /** What it is, for the copy button's name: "MCP address". */
  what: string;
  className?: string;
};

/** Text to copy: a command, an address, a piece of configuration. */
export function CodeBlock({ code, what, className }: CodeBlockProps) {
  return (
    <div className={cn("relative rounded-md border bg-background", className)}>
      <pre className="whitespace-pre-wrap px-3.5 py-2.5 pr-12 font-mono text-xs leading-5 [overflow-wrap:anywhere]">
        <code>{code}</code>
      </pre>
      <CopyButton value={code} what={what} className="absolute top-1 right-1" />
    </div>
  );
}
