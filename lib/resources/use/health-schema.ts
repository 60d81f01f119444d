import { z } from "zod";

export const resourceHealthStatus = z
  .object({
    resource_id: z.string(),
    status: z.enum(["healthy", "unhealthy", "unknown"]).meta({
      description: "unknown: nobody has looked yet.",
    }),
    detail: z.string(),
    latency_ms: z.number().int().nullable(),
    checked_at: z.iso.datetime().nullable(),
  })
  .meta({ id: "ResourceHealth" });

export type ResourceHealthStatus = z.output<typeof resourceHealthStatus>;
