import type { Metadata } from "next";
import { FederationOff } from "#components/offers/federation-off.tsx";
import { ReceivedTable } from "#components/offers/offer-table.tsx";
import { OfferTabs, sumText } from "#components/offers/offer-tabs.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { listReceivedOffers } from "#lib/federation/offers/list.ts";
import { offerStates } from "#lib/offers/schema.ts";
import { pageAt, type SearchParams } from "../../../../list-params.ts";
import { loadSums } from "../../../../offers.ts";
import { openTenant, type TenantParams } from "../../open-tenant.ts";

export const metadata: Metadata = { title: "Received offers" };

type ReceivedPageProps = { params: TenantParams; searchParams: SearchParams };

export default async function ReceivedPage({ params, searchParams }: ReceivedPageProps) {
  const { ctx, tenant } = await openTenant((await params).tenant_id);
  const asked = await searchParams;
  const state = offerStates.find((each) => each === asked.state);
  const [page, sums] = await Promise.all([
    pageAt(asked.cursor, (at) => listReceivedOffers(ctx, { ...at, state })),
    loadSums(ctx),
  ]);
  const base = `/admin/tenants/${tenant.tenant_id}/offers`;
  return (
    <>
      <SectionHeader
        title="Received offers"
        description={`What other tenants let this one use.${sums ? ` Consumed in 30 days: ${sumText(sums.consumed)}.` : ""}`}
      />
      <OfferTabs base={base} />
      {tenant.mcp_config.federation_enabled !== true && (
        <FederationOff settings={`/admin/tenants/${tenant.tenant_id}/settings`} />
      )}
      <ReceivedTable
        tenantId={tenant.tenant_id}
        page={page}
        base={`${base}/received`}
        isNarrowed={Boolean(state ?? asked.cursor)}
      />
    </>
  );
}
