"use client";

import { useQuery } from "@tanstack/react-query";
import { Activity, CircleAlert, Timer, Wrench } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { bucketMs, type PickedRange, readRange } from "#components/charts/range.ts";
import { RangePicker } from "#components/charts/range-picker.tsx";
import { FilterSelect } from "#components/data-table/filter-select.tsx";
import { StatCard, StatGrid } from "#components/shell/stat-card.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { formatShort, formatValue } from "#components/ui/format.ts";
import { messageOf } from "#lib/client/api-error.ts";
import { reportUsage } from "#lib/client/usage.ts";
import { readUsageView, type UsageView } from "#lib/client/usage-view.ts";
import type { UsageQuery } from "#lib/usage/schema.ts";
import { kindLabels } from "./kind-labels.ts";
import { UsageCharts } from "./usage-charts.tsx";

const refetchMs = 5000;

type UsagePanelProps = {
  tenantId: string;
  range: PickedRange;
  kind: UsageQuery["kind"];
  /** What the server read while it made the page. */
  initial: UsageView;
};

/** The tenant's meter, read anew every few seconds while the page is in sight. */
export function UsagePanel({ tenantId, range, kind, initial }: UsagePanelProps) {
  const params = useSearchParams();
  const { data, error } = useQuery({
    queryKey: ["usage", tenantId, range.preset, range.bucket, range.from, kind],
    queryFn: async ({ signal }) => {
      // The picked range moves on with the clock: the last 24 hours end now.
      const now = readRange(Object.fromEntries(params), Date.now());
      const view = await readUsageView(now, kind, (query) => reportUsage(tenantId, query, signal));
      return { view, range: now };
    },
    initialData: { view: initial, range },
    refetchInterval: refetchMs,
  });
  const { total } = data.view.time;
  const tools = data.view.tools.total;
  const buckets = (data.range.to - data.range.from) / bucketMs[data.range.bucket];
  return (
    <section aria-label="Usage" className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <RangePicker range={range} />
        <FilterSelect
          label="Kind"
          param="kind"
          options={Object.entries(kindLabels).map(([value, label]) => ({ value, label }))}
        />
      </div>
      {error && (
        <Alert tone="warning" title="These figures are not up to date" role="status">
          {messageOf(error)}
        </Alert>
      )}
      <StatGrid>
        <StatCard
          label="Calls"
          icon={<Activity aria-hidden />}
          value={formatValue(total.calls, "count")}
          detail={`${formatShort(total.calls / buckets, "count")} per ${data.range.bucket}`}
        />
        <StatCard
          label="Tool calls"
          icon={<Wrench aria-hidden />}
          value={formatValue(tools.calls, "count")}
          detail={`of ${formatValue(data.view.tools.rows.length, "count")} tools`}
        />
        <StatCard
          label="Errors"
          icon={<CircleAlert aria-hidden />}
          value={formatValue(total.errors, "count")}
          detail={
            total.calls > 0
              ? `${formatValue(total.errors / total.calls, "ratio")} of calls`
              : "No calls"
          }
          {...(total.errors > 0 ? { tone: "danger" } : {})}
        />
        <StatCard
          label="Duration, p95"
          icon={<Timer aria-hidden />}
          value={formatValue(total.duration_ms_p95, "ms")}
          detail={`p50 ${formatValue(total.duration_ms_p50, "ms")}`}
        />
      </StatGrid>
      <UsageCharts tenantId={tenantId} view={data.view} range={data.range} />
    </section>
  );
}
