import { z } from "zod";
import { endpoint, round } from "./endpoint.ts";

const categories = ["electrónica", "hogar", "moda", "deporte"] as const;
const metrics = ["ventas", "pedidos", "visitas"] as const;
const weeksKept = 13;

type Metric = (typeof metrics)[number];
type Category = (typeof categories)[number];

/** Thirteen weeks, the oldest first; `ventas` in euros. Hogar has one week out of line. */
const series: Record<Metric, Record<Category, readonly number[]>> = {
  ventas: {
    electrónica: [
      18_420, 17_980, 19_110, 18_760, 19_540, 20_130, 19_870, 20_920, 21_340, 20_990, 21_780,
      22_410, 22_060,
    ],
    hogar: [
      9_310, 9_540, 9_280, 9_720, 9_650, 9_910, 14_870, 9_980, 10_140, 10_060, 10_390, 10_280,
      10_510,
    ],
    moda: [
      12_650, 12_210, 12_480, 11_940, 11_720, 11_860, 11_430, 11_510, 11_080, 11_190, 10_740,
      10_860, 10_520,
    ],
    deporte: [
      6_120, 6_340, 6_080, 6_410, 6_290, 6_530, 6_370, 6_610, 6_480, 6_700, 6_560, 6_790, 6_640,
    ],
  },
  pedidos: {
    electrónica: [96, 94, 101, 98, 103, 107, 104, 110, 113, 111, 115, 119, 117],
    hogar: [142, 146, 141, 149, 147, 152, 231, 153, 156, 154, 160, 158, 162],
    moda: [263, 254, 260, 249, 244, 247, 238, 240, 231, 233, 224, 226, 219],
    deporte: [118, 122, 117, 124, 121, 126, 123, 128, 125, 130, 127, 132, 129],
  },
  visitas: {
    electrónica: [
      4_210, 4_150, 4_380, 4_290, 4_460, 4_590, 4_520, 4_740, 4_830, 4_760, 4_910, 5_040, 4_980,
    ],
    hogar: [
      3_120, 3_180, 3_090, 3_240, 3_210, 3_300, 4_420, 3_330, 3_380, 3_350, 3_460, 3_420, 3_500,
    ],
    moda: [
      6_480, 6_290, 6_410, 6_180, 6_060, 6_120, 5_940, 5_980, 5_790, 5_830, 5_620, 5_660, 5_510,
    ],
    deporte: [
      2_050, 2_110, 2_030, 2_130, 2_090, 2_160, 2_120, 2_190, 2_150, 2_220, 2_170, 2_250, 2_200,
    ],
  },
};

/** `30d` or `8w` → whole weeks, rounded up. */
const range = z
  .string()
  .regex(/^[1-9]\d{0,2}[dw]$/, "se escribe como 30d u 8w")
  .transform((text) => Math.ceil(Number.parseInt(text, 10) / (text.endsWith("d") ? 7 : 1)))
  .refine((weeks) => weeks <= weeksKept, `alcanza como mucho ${weeksKept} semanas`);

const input = z.object({
  metric: z.enum(metrics),
  analysis: z.enum(["summary", "trend", "forecast", "anomaly"]).default("summary"),
  range: range.prefault("30d"),
  category: z.enum(categories).optional(),
});

function weekly(metric: Metric, category: Category | undefined, weeks: number): number[] {
  const chosen: readonly Category[] = category ? [category] : categories;
  return Array.from({ length: weeks }, (_, at) => {
    const week = weeksKept - weeks + at;
    return chosen.reduce<number>((sum, name) => sum + (series[metric][name][week] ?? 0), 0);
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}

/** Least squares over the weeks 0, 1, 2 …; a single week has no slope. */
function lineThrough(values: readonly number[]): { slope: number; at(week: number): number } {
  const middle = (values.length - 1) / 2;
  const average = mean(values);
  const spread = values.reduce((sum, _, week) => sum + (week - middle) ** 2, 0);
  const joint = values.reduce((sum, value, week) => sum + (week - middle) * (value - average), 0);
  const slope = spread === 0 ? 0 : joint / spread;
  return { slope, at: (week) => average + slope * (week - middle) };
}

const analyses = {
  summary: (values: number[]) => ({
    total: values.reduce((sum, value) => sum + value, 0),
    weekly_mean: round(mean(values)),
    minimum: Math.min(...values),
    maximum: Math.max(...values),
  }),
  trend: (values: number[]) => {
    const { slope } = lineThrough(values);
    const share = slope / mean(values);
    return {
      weekly_change: round(slope),
      weekly_change_percent: round(share * 100),
      direction: Math.abs(share) < 0.002 ? "estable" : share > 0 ? "al alza" : "a la baja",
    };
  },
  forecast: (values: number[]) => {
    const line = lineThrough(values);
    const error = deviation(values.map((value, week) => value - line.at(week)));
    const expected = line.at(values.length);
    return {
      next_week: round(expected),
      low: round(Math.max(0, expected - 2 * error)),
      high: round(expected + 2 * error),
    };
  },
  anomaly: (values: number[]) => {
    const line = lineThrough(values);
    const left = values.map((value, week) => value - line.at(week));
    const limit = 2 * deviation(left);
    return {
      anomalies: values.flatMap((value, week) => {
        const distance = left[week] ?? 0;
        if (limit === 0 || Math.abs(distance) <= limit) return [];
        const weeks_ago = values.length - 1 - week;
        return { weeks_ago, value, expected: round(value - distance) };
      }),
    };
  },
};

/** Sums up a series of the embedded data set, or fits a line to it. */
export const analytics = endpoint(input, ({ metric, analysis, range: weeks, category }) => {
  const values = weekly(metric, category, weeks);
  return {
    metric,
    unit: metric === "ventas" ? "EUR" : "unidades",
    category: category ?? "todas",
    weeks,
    analysis,
    result: analyses[analysis](values),
    series: values,
  };
});
