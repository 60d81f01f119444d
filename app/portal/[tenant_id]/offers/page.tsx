import type { Metadata } from "next";
import { pageAt, type SearchParams } from "#app/admin/list-params.ts";
import { loadOfferable, loadSums } from "#app/admin/offers.ts";
import { FederationOff } from "#components/offers/federation-off.tsx";
import { NewOfferDialog } from "#components/offers/new-offer-dialog.tsx";
import { OfferTable } from "#components/offers/offer-table.tsx";
import { OfferTabs, sumText } from "#components/offers/offer-tabs.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { listOffers } from "#lib/federation/offers/list.ts";
import { offerStates } from "#lib/offers/schema.ts";
import { openPart, type PortalParams } from "../open-portal.ts";

export const metadata: Metadata = { title: "Offers" };

type OffersPageProps = { params: PortalParams; searchParams: SearchParams };

export default async function PortalOffersPage({ params, searchParams }: OffersPageProps) {
  const { ctx, tenantId, isFederated } = await openPart(
    (await params).tenant_id,
    "federation:write",
  );
  const asked = await searchParams;
  const state = offerStates.find((each) => each === asked.state);
  const [page, offerable, sums] = await Promise.all([
    pageAt(asked.cursor, (at) => listOffers(ctx, { ...at, state })),
    loadOfferable(ctx),
    loadSums(ctx),
  ]);
  const base = `/portal/${tenantId}/offers`;
  return (
    <>
      <SectionHeader
        title="Offers"
        description={`What you let other tenants use.${sums ? ` Provided in 30 days: ${sumText(sums.provided)}.` : ""}`}
        actions={<NewOfferDialog tenantId={tenantId} offerable={offerable} />}
      />
      <OfferTabs base={base} />
      {!isFederated && <FederationOff />}
      <OfferTable {...{ tenantId, page, base }} isNarrowed={Boolean(state ?? asked.cursor)} />
    </>
  );
}
