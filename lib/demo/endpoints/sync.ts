import { z } from "zod";
import { endpoint, round } from "./endpoint.ts";

const regions = ["eu-west-1", "eu-south-2", "us-east-1", "sa-east-1", "ap-northeast-1"] as const;

type Region = (typeof regions)[number];

/** Where each region stands (degrees) and how much it holds and changes a day (gigabytes). */
const sites: Record<Region, { lat: number; lon: number; heldGb: number; changedGb: number }> = {
  "eu-west-1": { lat: 53.3, lon: -6.3, heldGb: 420, changedGb: 9.5 },
  "eu-south-2": { lat: 41.6, lon: -0.9, heldGb: 180, changedGb: 4.2 },
  "us-east-1": { lat: 38.9, lon: -77.4, heldGb: 610, changedGb: 14.8 },
  "sa-east-1": { lat: -23.5, lon: -46.6, heldGb: 95, changedGb: 2.6 },
  "ap-northeast-1": { lat: 35.7, lon: 139.7, heldGb: 240, changedGb: 6.1 },
};

const earthRadiusKm = 6371;
const nearThroughputMbps = 900;

const region = z.enum(regions);

const input = z
  .object({
    source_region: region,
    target_regions: z.array(region).min(1).max(regions.length),
    sync_type: z.enum(["full", "incremental"]).default("incremental"),
  })
  .refine((args) => !args.target_regions.includes(args.source_region), {
    path: ["target_regions"],
    message: "no puede contener la región de origen",
  })
  .refine((args) => new Set(args.target_regions).size === args.target_regions.length, {
    path: ["target_regions"],
    message: "repite una región",
  });

/** Great-circle distance in kilometres (haversine). */
function distanceKm(from: Region, to: Region): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const [a, b] = [sites[from], sites[to]];
  const half =
    Math.sin(radians(b.lat - a.lat) / 2) ** 2 +
    Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * Math.sin(radians(b.lon - a.lon) / 2) ** 2;
  return 2 * earthRadiusKm * Math.asin(Math.sqrt(half));
}

/** Plans a copy of one region's data to others, the nearest first; throughput falls with distance. */
export const sync = endpoint(input, ({ source_region, target_regions, sync_type }) => {
  const site = sites[source_region];
  const volumeGb = sync_type === "full" ? site.heldGb : site.changedGb;
  const plan = target_regions
    .map((target) => ({ target, km: distanceKm(source_region, target) }))
    .sort((a, b) => a.km - b.km)
    .map(({ target, km }, at) => {
      const mbps = nearThroughputMbps / (1 + km / 4000);
      return {
        order: at + 1,
        target_region: target,
        distance_km: Math.round(km),
        volume_gb: volumeGb,
        estimated_minutes: round((volumeGb * 8000) / mbps / 60, 1),
      };
    });
  return {
    source_region,
    sync_type,
    total_gb: round(volumeGb * plan.length),
    estimated_minutes: round(Math.max(...plan.map((step) => step.estimated_minutes)), 1),
    plan,
  };
});
