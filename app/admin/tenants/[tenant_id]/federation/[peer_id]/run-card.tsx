import { PrincipalName } from "#components/audit/principal-name.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Card, CardContent } from "#components/ui/card.tsx";
import { formatValue } from "#components/ui/format.ts";
import { Timestamp } from "#components/ui/timestamp.tsx";
import type { KindReport, PeerRun } from "#lib/federation/pulls/schema.ts";

const looks = {
  running: { tone: "accent", label: "Under way" },
  ok: { tone: "success", label: "Done" },
  partial: { tone: "warning", label: "Done in part" },
  failed: { tone: "danger", label: "Failed" },
} as const;

const counts = [
  { key: "new", label: "New" },
  { key: "updated", label: "Updated" },
  { key: "unchanged", label: "Unchanged" },
  { key: "kept", label: "Ours kept" },
  { key: "replaced", label: "Theirs taken" },
  { key: "failed", label: "Failed" },
] as const;

/** Names of entries with what became of them, folded away. */
function Told({
  title,
  entries,
}: {
  title: string;
  entries: readonly { id: string; text: string }[];
}) {
  if (entries.length === 0) return null;
  return (
    <details className="text-[0.8125rem]">
      <summary className="cursor-pointer touch:py-2 text-muted-foreground">
        {title} ({entries.length})
      </summary>
      <ul className="mt-1.5 flex flex-col gap-1">
        {entries.map(({ id, text }) => (
          <li key={id} className="[overflow-wrap:anywhere]">
            <span className="font-mono text-xs">{id}</span>{" "}
            <span className="text-muted-foreground">{text}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Kind({ title, report }: { title: string; report: KindReport }) {
  const conflicts = report.conflicts.map(({ id, outcome }) => ({
    id,
    text: outcome === "kept" ? "ours was kept" : "theirs was taken",
  }));
  return (
    <div className="flex flex-col gap-2">
      <p className="flex flex-wrap items-center gap-2 font-medium text-[0.8125rem]">
        {title}
        <Badge>{report.incremental ? "What changed" : "Everything"}</Badge>
        {!report.complete && report.error === null && <Badge tone="warning">To be continued</Badge>}
      </p>
      <dl className="flex flex-wrap gap-x-5 gap-y-1 text-[0.8125rem]">
        {counts.map(({ key, label }) => (
          <div key={key} className="flex gap-1.5">
            <dt className="text-muted-foreground">{label}</dt>
            <dd className="tabular-nums">{formatValue(report[key], "count")}</dd>
          </div>
        ))}
      </dl>
      {report.error !== null && (
        <p className="text-[0.8125rem] text-destructive-text [overflow-wrap:anywhere]">
          {report.error}
        </p>
      )}
      <Told title="Conflicts" entries={conflicts} />
      <Told
        title="Failures"
        entries={report.failures.map(({ id, reason }) => ({ id, text: reason }))}
      />
    </div>
  );
}

/** One pull and what came of it. */
export function RunCard({ run }: { run: PeerRun }) {
  const { tone, label } = looks[run.status];
  const { memory, tools } = run.report;
  const isTold = (memory?.error ?? tools?.error ?? null) !== null;
  return (
    <Card>
      <CardContent className="flex flex-col gap-3">
        <div className="flex flex-wrap items-center justify-between gap-2">
          <span className="flex flex-wrap items-center gap-2">
            <Badge tone={tone} dot>
              {label}
            </Badge>
            {run.trigger === "scheduled" && <Badge>Scheduled</Badge>}
          </span>
          <span className="flex flex-wrap items-center gap-2 text-muted-foreground text-xs">
            <PrincipalName of={run.started_by} />
            <Timestamp value={run.started_at} />
          </span>
        </div>
        {memory && <Kind title="Memories" report={memory} />}
        {tools && <Kind title="Tools" report={tools} />}
        {run.error !== null && !isTold && (
          <p className="text-[0.8125rem] text-destructive-text [overflow-wrap:anywhere]">
            {run.error}
          </p>
        )}
      </CardContent>
    </Card>
  );
}
