import type { Metadata } from "next";
import { pageAt, type SearchParams } from "#app/admin/list-params.ts";
import { loadSums } from "#app/admin/offers.ts";
import { FederationOff } from "#components/offers/federation-off.tsx";
import { ReceivedTable } from "#components/offers/offer-table.tsx";
import { OfferTabs, sumText } from "#components/offers/offer-tabs.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { listReceivedOffers } from "#lib/federation/offers/list.ts";
import { offerStates } from "#lib/offers/schema.ts";
import { openPart, type PortalParams } from "../../open-portal.ts";

export const metadata: Metadata = { title: "Received offers" };

type ReceivedPageProps = { params: PortalParams; searchParams: SearchParams };

export default async function PortalReceivedPage({ params, searchParams }: ReceivedPageProps) {
  const { ctx, tenantId, isFederated } = await openPart(
    (await params).tenant_id,
    "federation:write",
  );
  const asked = await searchParams;
  const state = offerStates.find((each) => each === asked.state);
  const [page, sums] = await Promise.all([
    pageAt(asked.cursor, (at) => listReceivedOffers(ctx, { ...at, state })),
    loadSums(ctx),
  ]);
  const base = `/portal/${tenantId}/offers`;
  return (
    <>
      <SectionHeader
        title="Received offers"
        description={`What other tenants let you use.${sums ? ` Consumed in 30 days: ${sumText(sums.consumed)}.` : ""}`}
      />
      <OfferTabs base={base} />
      {!isFederated && <FederationOff />}
      <ReceivedTable
        {...{ tenantId, page, base: `${base}/received` }}
        isNarrowed={Boolean(state ?? asked.cursor)}
      />
    </>
  );
}
