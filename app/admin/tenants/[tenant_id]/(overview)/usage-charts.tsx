"use client";

import type { ReactNode } from "react";
import { fillPoints, type Series } from "#components/charts/points.ts";
import type { TimeRange } from "#components/charts/range.ts";
import { RankedBars } from "#components/charts/ranked-bars.tsx";
import { TimeSeriesChart } from "#components/charts/time-series-chart.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { formatValue } from "#components/ui/format.ts";
import type { UsageView } from "#lib/client/usage-view.ts";
import type { UsageKind, UsageRow } from "#lib/usage/schema.ts";
import { kindLabels } from "./kind-labels.ts";

// Bars thinner than this many to a chart cannot be told apart.
const mostBars = 62;
const rankedRows = 8;

const errors: Series = { key: "errors", label: "Errors", color: "var(--chart-danger)" };
const outcomes: Series[] = [{ key: "ok", label: "Succeeded" }, errors];
// Few errors on top of many calls would draw the whole outline red.
const overlaid: Series[] = [{ key: "calls", label: "Calls" }, errors];
const durations: Series[] = [
  { key: "p95", label: "p95", color: "var(--chart-2)" },
  { key: "p50", label: "p50", color: "var(--chart-1)" },
];

type UsageChartsProps = { tenantId: string; view: UsageView; range: TimeRange };

export function UsageCharts({ tenantId, view, range }: UsageChartsProps) {
  const rows = view.time.rows.map((row) => ({
    at: row.group,
    values: {
      calls: row.calls,
      ok: row.calls - row.errors,
      errors: row.errors,
      p95: row.duration_ms_p95,
      p50: row.duration_ms_p50,
    },
  }));
  const points = fillPoints(rows, range, { calls: 0, ok: 0, errors: 0, p95: null, p50: null });
  const bars = points.length <= mostBars;
  const every = range.bucket === "hour" ? "by the hour" : "by the day";
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <ChartCard title="Calls and errors" description={`What was metered, ${every}`}>
        <TimeSeriesChart
          label="Calls and errors"
          kind={bars ? "bar" : "area"}
          points={points}
          series={bars ? outcomes : overlaid}
          bucket={range.bucket}
          stacked={bars}
        />
      </ChartCard>
      <ChartCard title="Duration" description={`Of calls, ${every}`}>
        <TimeSeriesChart
          label="Duration of calls"
          kind="line"
          points={points}
          series={durations}
          bucket={range.bucket}
          unit="ms"
        />
      </ChartCard>
      <ChartCard title="By tool" description="Calls of each tool in this range">
        <RankedBars
          label="Calls by tool"
          items={ranked(view.tools.rows, (name) => name).map((item) => ({
            ...item,
            href: `/admin/tenants/${tenantId}/tools?${new URLSearchParams({ q: item.key })}`,
          }))}
          empty="No tool was called in this range."
        />
      </ChartCard>
      <ChartCard title="By kind" description="What the tenant's calls were">
        <RankedBars
          label="Calls by kind"
          items={ranked(view.kinds.rows, (kind) => kindLabels[kind as UsageKind] ?? kind)}
        />
      </ChartCard>
    </div>
  );
}

function ranked(rows: UsageRow[], labelOf: (group: string) => string) {
  return [...rows]
    .sort((a, b) => b.calls - a.calls || a.group.localeCompare(b.group))
    .slice(0, rankedRows)
    .map(({ group, calls, errors, duration_ms_p95 }) => ({
      key: group,
      label: labelOf(group),
      value: calls,
      note: [
        errors > 0 && `${formatValue(errors, "count")} ${errors === 1 ? "error" : "errors"}`,
        `p95 ${formatValue(duration_ms_p95, "ms")}`,
      ]
        .filter(Boolean)
        .join(" · "),
    }));
}

type ChartCardProps = { title: string; description: string; children: ReactNode };

function ChartCard({ title, description, children }: ChartCardProps) {
  return (
    <Card>
      <CardHeader>
        <CardTitle>{title}</CardTitle>
        <CardDescription>{description}</CardDescription>
      </CardHeader>
      <CardContent>{children}</CardContent>
    </Card>
  );
}
