import type { Unit } from "#components/ui/format.ts";
import type { Series, TimePoint } from "./points.ts";

const MAX_STEPS = 5;
const ROUND = [1, 2, 2.5, 5, 10];

/** Ticks from 0 to the first round number not below `max`, at most five steps apart. */
export function pickValueTicks(max: number, unit: Unit): number[] {
  const rough = max / MAX_STEPS;
  const power = 10 ** Math.floor(Math.log10(rough > 0 ? rough : 1));
  const round = (ROUND.find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
  // Nobody calls a tool half a time.
  const step = unit === "count" ? Math.max(1, Math.ceil(round)) : round;
  const steps = Math.max(1, Math.ceil(max / step - 0.001));
  return Array.from({ length: steps + 1 }, (_, index) => index * step);
}

/** The highest point that will be drawn: of any one series, or of the stack of them all. */
export function greatest(
  points: readonly TimePoint[],
  series: readonly Series[],
  stacked: boolean,
): number {
  const heights = points.map((point) => {
    const values = series.map(({ key }) => point.values[key] ?? 0);
    return stacked ? values.reduce((sum, value) => sum + value, 0) : Math.max(0, ...values);
  });
  return Math.max(0, ...heights);
}
