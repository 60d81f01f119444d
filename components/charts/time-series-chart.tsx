"use client";

import type { ReactNode } from "react";
import {
  Area,
  AreaChart,
  Bar,
  BarChart,
  CartesianGrid,
  Line,
  LineChart,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { formatShort, formatValue, type Unit, type Zone } from "#components/ui/format.ts";
import { useHydrated } from "#components/ui/use-hydrated.ts";
import { ChartTooltip } from "./chart-tooltip.tsx";
import type { Series, TimePoint } from "./points.ts";
import type { Bucket } from "./range.ts";
import { headline, summarize } from "./summary.ts";
import { formatTick, pickTicks } from "./time-axis.ts";
import { greatest, pickValueTicks } from "./value-axis.ts";

type TimeSeriesChartProps = {
  /** Names the chart for screen readers: "Calls and errors". */
  label: string;
  kind: "line" | "area" | "bar";
  /** Ascending, one per bucket: see `fillPoints`. */
  points: TimePoint[];
  series: Series[];
  bucket: Bucket;
  unit?: Unit;
  /** Adds the series of a bucket up on top of each other. */
  stacked?: boolean;
  zone?: Zone;
  heightPx?: number;
  /** Shown instead of the chart when no point has a value above zero. */
  empty?: ReactNode;
};

const palette = [1, 2, 3, 4, 5, 6].map((index) => `var(--chart-${index})`);
const tickStyle = { fontSize: 11, fill: "var(--muted-foreground)" };
const MAX_BAR_PX = 28;
const charts = { line: LineChart, area: AreaChart, bar: BarChart };

export function TimeSeriesChart({
  label,
  kind,
  points,
  series,
  bucket,
  unit = "count",
  stacked = false,
  zone = "local",
  heightPx = 240,
  empty = "Nothing happened in this range.",
}: TimeSeriesChartProps) {
  // The server knows no zone but UTC; the browser's takes over once it is there.
  const shownZone = useHydrated() ? zone : "utc";
  const colored = series.map((one, index) => ({
    ...one,
    color: one.color ?? palette[index % palette.length] ?? "",
  }));
  const Chart = charts[kind];
  const max = greatest(points, series, stacked);
  const valueTicks = pickValueTicks(max, unit);

  if (max === 0) {
    return (
      <div
        className="flex items-center justify-center rounded-md border border-dashed px-4 text-center text-[0.8125rem] text-muted-foreground"
        style={{ height: heightPx }}
      >
        {empty}
      </div>
    );
  }

  return (
    <figure className="flex min-w-0 flex-col gap-3">
      {series.length > 1 && <Legend points={points} series={colored} unit={unit} />}
      <div style={{ height: heightPx }} className="min-w-0 [&_.recharts-surface]:outline-offset-2">
        <ResponsiveContainer width="100%" height="100%">
          <Chart
            data={points}
            title={label}
            margin={{ top: 6, right: 16, bottom: 0, left: 0 }}
            barGap={1}
            barCategoryGap="18%"
          >
            <CartesianGrid vertical={false} stroke="var(--chart-grid)" />
            <XAxis
              dataKey="at"
              ticks={pickTicks(
                points.map((point) => point.at),
                bucket,
                shownZone,
              )}
              tickFormatter={(at: number) => formatTick(at, bucket, shownZone)}
              tick={tickStyle}
              tickLine={false}
              axisLine={false}
              tickMargin={8}
              minTickGap={16}
              interval="preserveEnd"
            />
            <YAxis
              width="auto"
              domain={[0, valueTicks.at(-1) ?? 1]}
              ticks={valueTicks}
              tickFormatter={(value: number) => formatShort(value, unit)}
              tick={tickStyle}
              tickLine={false}
              axisLine={false}
            />
            <Tooltip
              isAnimationActive={false}
              cursor={
                kind === "bar"
                  ? { fill: "var(--accent)", fillOpacity: 0.7 }
                  : { stroke: "var(--input)", strokeDasharray: "3 3" }
              }
              content={({ active, label: at }) => {
                const point = active ? points.find((one) => one.at === at) : undefined;
                return (
                  point && (
                    <ChartTooltip
                      point={point}
                      series={colored}
                      bucket={bucket}
                      zone={shownZone}
                      unit={unit}
                      total={stacked && unit === "count" && colored.length > 1}
                    />
                  )
                );
              }}
            />
            {colored.map((one, index) =>
              mark({ kind, points, series: one, stacked, top: index === colored.length - 1 }),
            )}
          </Chart>
        </ResponsiveContainer>
      </div>
      <figcaption className="sr-only">
        {label}. {summarize(points, series, { unit, bucket, zone: shownZone })}
      </figcaption>
    </figure>
  );
}

type ColoredSeries = Series & { color: string };

type Mark = {
  kind: TimeSeriesChartProps["kind"];
  points: readonly TimePoint[];
  series: ColoredSeries;
  stacked: boolean;
  /** The last of a stack, which alone has round corners. */
  top: boolean;
};

function mark({ kind, points, series: { key, label, color }, stacked, top }: Mark) {
  const shared = {
    name: label,
    dataKey: (point: TimePoint) => point.values[key],
    isAnimationActive: false,
  } as const;
  const stack = stacked ? { stackId: "all" } : {};
  if (kind === "bar") {
    const radius: [number, number, number, number] = top || !stacked ? [3, 3, 0, 0] : [0, 0, 0, 0];
    return (
      <Bar key={key} {...shared} {...stack} fill={color} radius={radius} maxBarSize={MAX_BAR_PX} />
    );
  }
  const stroke = { type: "monotone", stroke: color, strokeWidth: 1.75 } as const;
  const activeDot = { r: 3.5, fill: color, stroke: "var(--card)", strokeWidth: 2 };
  if (kind === "line") {
    return (
      <Line
        key={key}
        {...shared}
        {...stroke}
        activeDot={activeDot}
        // A value between two gaps has no line to be seen by.
        dot={({ index, cx, cy }) =>
          isAlone(points, index, key) ? (
            <circle key={index} cx={cx} cy={cy} r={2.5} fill={color} />
          ) : (
            <g key={index} />
          )
        }
      />
    );
  }
  return (
    <Area
      key={key}
      {...shared}
      {...stroke}
      {...stack}
      activeDot={activeDot}
      fill={color}
      fillOpacity={stacked ? 0.35 : 0.12}
    />
  );
}

function isAlone(points: readonly TimePoint[], index: number, key: string): boolean {
  const at = (other: number) => points[other]?.values[key] ?? null;
  return at(index) !== null && at(index - 1) === null && at(index + 1) === null;
}

function Legend({
  points,
  series,
  unit,
}: {
  points: TimePoint[];
  series: ColoredSeries[];
  unit: Unit;
}) {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-xs">
      {series.map(({ key, label, color }) => (
        <li key={key} className="flex min-w-0 items-center gap-1.5">
          <span aria-hidden className="size-2 shrink-0 rounded-xs" style={{ background: color }} />
          <span className="truncate text-muted-foreground">{label}</span>
          <span className="font-medium tabular-nums">
            {unit !== "count" && "max "}
            {formatValue(headline(points, key, unit), unit)}
          </span>
        </li>
      ))}
    </ul>
  );
}
