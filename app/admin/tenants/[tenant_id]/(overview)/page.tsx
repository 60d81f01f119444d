import type { Metadata } from "next";
import { readRange } from "#components/charts/range.ts";
import { kindParam, readUsageView } from "#lib/client/usage-view.ts";
import { reportUsage } from "#lib/usage/service.ts";
import type { SearchParams } from "../../../list-params.ts";
import { openTenant, type TenantParams } from "../open-tenant.ts";
import { QuotaCards } from "./quota-cards.tsx";
import { UsagePanel } from "./usage-panel.tsx";

export const metadata: Metadata = { title: "Overview" };

type OverviewProps = { params: TenantParams; searchParams: SearchParams };

export default async function TenantOverview({ params, searchParams }: OverviewProps) {
  const { ctx, tenant, quotas } = await openTenant((await params).tenant_id);
  const asked = await searchParams;
  const range = readRange(asked, Date.now());
  const kind = kindParam(asked.kind);
  const initial = await readUsageView(range, kind, (query) => reportUsage(ctx, query));
  return (
    <>
      <UsagePanel tenantId={tenant.tenant_id} range={range} kind={kind} initial={initial} />
      <QuotaCards tenant={tenant} quotas={quotas} />
    </>
  );
}
