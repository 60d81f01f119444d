import { Badge } from "#components/ui/badge.tsx";
import { formatValue } from "#components/ui/format.ts";
import type { ShownTraceEntry } from "#lib/tools/bench/schema.ts";
import { formatCost } from "./cost.ts";

/** What happened in a call, in its order. */
export function TraceView({ entries }: { entries: readonly ShownTraceEntry[] }) {
  if (entries.length === 0) {
    return (
      <p className="text-muted-foreground text-sm">
        Nothing was sent or logged: the tool answered by itself.
      </p>
    );
  }
  return (
    <ol
      aria-label="What happened"
      className="flex flex-col divide-y rounded-md border bg-background"
    >
      {Object.entries(entries).map(([at, entry]) => (
        <li key={at} className="flex min-w-0 flex-col gap-2 px-3.5 py-2.5">
          <TraceEntryView entry={entry} />
        </li>
      ))}
    </ol>
  );
}

function TraceEntryView({ entry }: { entry: ShownTraceEntry }) {
  switch (entry.kind) {
    case "request":
      return (
        <>
          <Line word="Request" at={entry.at_ms}>
            <code className="font-mono text-xs">
              {entry.method} {entry.url}
            </code>
          </Line>
          <Parts headers={entry.headers} body={entry.body} />
        </>
      );
    case "response":
      return (
        <>
          <Line word="Response" at={entry.at_ms} tone={entry.status >= 400 ? "danger" : "success"}>
            {entry.status} in {formatValue(entry.duration_ms, "ms")}
          </Line>
          <Parts headers={entry.headers} body={entry.body} />
        </>
      );
    case "log":
      return (
        <Line
          word={entry.level}
          at={entry.at_ms}
          tone={entry.level === "error" ? "danger" : "neutral"}
        >
          <span className="whitespace-pre-wrap font-mono text-xs">{entry.text}</span>
        </Line>
      );
    case "usage":
      return (
        <Line word="Usage" at={entry.at_ms}>
          {formatValue(entry.quantity, "count")} {entry.usage}
          {entry.cost_micros === null && ", cost unknown"}
          {entry.cost_micros !== null &&
            entry.cost_micros > 0 &&
            `, ${formatCost(entry.cost_micros)}`}
        </Line>
      );
  }
}

type LineProps = {
  word: string;
  at: number;
  tone?: "neutral" | "danger" | "success";
  children: React.ReactNode;
};

function Line({ word, at, tone = "neutral", children }: LineProps) {
  return (
    <p className="flex min-w-0 flex-wrap items-baseline gap-x-2.5 gap-y-1 text-[0.8125rem]">
      <Badge tone={tone}>{word}</Badge>
      <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">{children}</span>
      <span className="text-muted-foreground text-xs tabular-nums">{at} ms</span>
    </p>
  );
}

type PartsProps = { headers: Record<string, string>; body: string | null };

function Parts({ headers, body }: PartsProps) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return (
    <>
      {lines.length > 0 && <Folded title={`Headers, ${lines.length}`} text={lines.join("\n")} />}
      {body !== null && body !== "" && <Folded title="Body" text={body} open />}
    </>
  );
}

function Folded({ title, text, open = false }: { title: string; text: string; open?: boolean }) {
  return (
    <details open={open}>
      <summary className="w-fit cursor-pointer text-muted-foreground text-xs touch:py-3">
        {title}
      </summary>
      <pre className="mt-1 max-h-72 overflow-auto whitespace-pre-wrap rounded-sm bg-muted px-2.5 py-2 font-mono text-xs leading-5 [overflow-wrap:anywhere]">
        {text}
      </pre>
    </details>
  );
}
