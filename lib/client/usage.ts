import { type UsageQuery, type UsageReport, usageReport } from "#lib/usage/schema.ts";
import { callApi } from "./api.ts";

/** Sums of a tenant's ledger over a time. */
export function reportUsage(
  tenantId: string,
  query: UsageQuery,
  signal?: AbortSignal,
): Promise<UsageReport> {
  return callApi({
    path: "/usage",
    query,
    tenantId,
    response: usageReport,
    ...(signal ? { signal } : {}),
  });
}
