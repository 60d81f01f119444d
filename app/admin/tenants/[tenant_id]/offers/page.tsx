import type { Metadata } from "next";
import { FederationOff } from "#components/offers/federation-off.tsx";
import { NewOfferDialog } from "#components/offers/new-offer-dialog.tsx";
import { OfferTable } from "#components/offers/offer-table.tsx";
import { OfferTabs, sumText } from "#components/offers/offer-tabs.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { listOffers } from "#lib/federation/offers/list.ts";
import { offerStates } from "#lib/offers/schema.ts";
import { pageAt, type SearchParams } from "../../../list-params.ts";
import { loadOfferable, loadSums } from "../../../offers.ts";
import { openTenant, type TenantParams } from "../open-tenant.ts";

export const metadata: Metadata = { title: "Offers" };

type OffersPageProps = { params: TenantParams; searchParams: SearchParams };

export default async function OffersPage({ params, searchParams }: OffersPageProps) {
  const { ctx, tenant } = await openTenant((await params).tenant_id);
  const asked = await searchParams;
  const state = offerStates.find((each) => each === asked.state);
  const [page, offerable, sums] = await Promise.all([
    pageAt(asked.cursor, (at) => listOffers(ctx, { ...at, state })),
    loadOfferable(ctx),
    loadSums(ctx),
  ]);
  const base = `/admin/tenants/${tenant.tenant_id}/offers`;
  return (
    <>
      <SectionHeader
        title="Offers"
        description={`What this tenant lets others use.${sums ? ` Provided in 30 days: ${sumText(sums.provided)}.` : ""}`}
        actions={<NewOfferDialog tenantId={tenant.tenant_id} offerable={offerable} />}
      />
      <OfferTabs base={base} />
      {tenant.mcp_config.federation_enabled !== true && (
        <FederationOff settings={`/admin/tenants/${tenant.tenant_id}/settings`} />
      )}
      <OfferTable
        tenantId={tenant.tenant_id}
        page={page}
        base={base}
        isNarrowed={Boolean(state ?? asked.cursor)}
      />
    </>
  );
}
