import { z } from "zod";
import { oneLine } from "#lib/core/text-schema.ts";
import { moment } from "#lib/core/time-schema.ts";

export const usageKinds = [
  "tool_call",
  "ai_call",
  "resource_read",
  "resource_write",
  "memory_op",
  "message",
  "sandbox_ms",
  "storage",
  "provided",
] as const;

/** The provider of an event whose call another tenant served; its kind `provided` is the other side. */
export const offerProvider = "offer";

export type UsageKind = (typeof usageKinds)[number];

export const usageGroups = [
  ...(["hour", "day", "kind", "name", "agent", "status"] as const),
  ...(["provider", "model", "key"] as const),
] as const;

/** How many days of single events a report may read; everything else has hourly sums. */
export const mostEventDays = 31;

const time = moment();

export const usageQuery = z
  .object({
    from: time
      .optional()
      .meta({ description: "Start, rounded down to its hour. Default: 24 hours before `to`." }),
    to: time.optional().meta({ description: "End, not included. Default: now." }),
    group_by: z
      .enum(usageGroups)
      .default("hour")
      .meta({
        description: `\`key\`: the id of the key, person or application that called, over ${mostEventDays} days at most.`,
      }),
    kind: z.enum(usageKinds).optional(),
    name: oneLine(z.string().max(300)).optional(),
  })
  .refine((q) => !q.from || !q.to || new Date(q.from) < new Date(q.to), {
    path: ["from"],
    message: "must be before `to`",
  });

export type UsageQuery = z.input<typeof usageQuery>;

export const usageRow = z.object({
  group: z.string().meta({ description: "The hour or day (ISO 8601), or the group's name." }),
  calls: z.number().int(),
  errors: z.number().int(),
  quantity: z.number(),
  tokens_in: z.number().int(),
  tokens_out: z.number().int(),
  tokens_cached: z.number().int(),
  cost_micros: z.number().int().nullable().meta({
    description:
      "In micro-units, of the calls whose cost is known; null where that is none of those that cost something.",
  }),
  calls_unpriced: z.number().int().meta({
    description: "Calls whose cost is unknown, and not in `cost_micros`.",
  }),
  duration_ms_avg: z.number().nullable(),
  duration_ms_p50: z.number().nullable(),
  duration_ms_p95: z.number().nullable(),
});

export type UsageRow = z.output<typeof usageRow>;

const acrossTenants = z.object({ calls: z.number().int(), micros: z.number().int() });

export const usageReport = z
  .object({
    tenant_id: z.string(),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    group_by: z.enum(usageGroups),
    total: usageRow.meta({ description: "Without what was provided, unless `kind` asks for it." }),
    rows: z.array(usageRow),
    consumed: acrossTenants.meta({
      description:
        "Calls of what other tenants offer, which are in `total` too, and what they cost.",
    }),
    provided: acrossTenants.meta({
      description:
        "Calls that other tenants made of what this one offers, and what they brought in.",
    }),
  })
  .meta({ id: "UsageReport" });

export type UsageReport = z.output<typeof usageReport>;
