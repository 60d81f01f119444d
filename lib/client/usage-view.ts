import { type UsageQuery, type UsageReport, usageKinds } from "#lib/usage/schema.ts";

/** A stretch of time (epoch ms, `to` not included) in hours or days. */
export interface UsageRange {
  from: number;
  to: number;
  bucket: "hour" | "day";
}

/** What a tenant's usage page shows: over time, by tool and by kind. */
export interface UsageView {
  time: UsageReport;
  tools: UsageReport;
  kinds: UsageReport;
}

/** The kind that an address asks for, or undefined for all. */
export function kindParam(value: unknown): UsageQuery["kind"] {
  return usageKinds.find((kind) => kind === value);
}

/** Reads the parts of a usage page; `read` is the verb on the server, a call of the API in the browser. */
export async function readUsageView(
  range: UsageRange,
  kind: UsageQuery["kind"],
  read: (query: UsageQuery) => Promise<UsageReport>,
): Promise<UsageView> {
  const within = { from: new Date(range.from).toISOString(), to: new Date(range.to).toISOString() };
  const [time, tools, kinds] = await Promise.all([
    read({ ...within, group_by: range.bucket, ...(kind ? { kind } : {}) }),
    read({ ...within, group_by: "name", kind: "tool_call" }),
    read({ ...within, group_by: "kind" }),
  ]);
  return { time, tools, kinds };
}
