import { Handshake } from "lucide-react";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { FilterSelect } from "#components/data-table/filter-select.tsx";
import { Pager } from "#components/data-table/pager.tsx";
import { RowTitle } from "#components/data-table/row-title.tsx";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { NoMatches } from "#components/shell/no-matches.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import type { Page } from "#lib/core/page.ts";
import { type Offer, offerStates, type ReceivedOffer } from "#lib/offers/schema.ts";
import { OfferActions } from "./offer-actions.tsx";
import { kindWords, OfferState, priceText, quotaText, stateLooks } from "./offer-words.tsx";
import { ReceivedDialog } from "./received-dialog.tsx";

const count = new Intl.NumberFormat("en");

const terms = <T extends Offer | ReceivedOffer>(): Column<T>[] => [
  { id: "kind", header: "Kind", cell: ({ kind }) => <Badge>{kindWords[kind]}</Badge> },
  { id: "state", header: "State", cell: (each) => <OfferState of={each} /> },
  {
    id: "price",
    header: "Price and quota",
    cell: (each) => (
      <div className="flex flex-col gap-0.5 max-md:items-end">
        <span className="whitespace-nowrap">{priceText(each)}</span>
        <span className="text-muted-foreground text-xs">{quotaText(each)}</span>
      </div>
    ),
  },
  {
    id: "until",
    header: "Until",
    cell: ({ expires_at }) =>
      expires_at === null ? (
        <span className="text-muted-foreground">No end</span>
      ) : (
        <Timestamp value={expires_at} className="whitespace-nowrap text-muted-foreground" />
      ),
  },
];

const offered: Column<Offer>[] = [
  {
    id: "object",
    header: "Offered",
    phone: "title",
    cell: ({ object_id, namespace }) => (
      <RowTitle title={object_id} {...(namespace === null ? {} : { id: namespace })} />
    ),
  },
  {
    id: "to",
    header: "To",
    cell: ({ to }) => (
      <span className="font-mono text-[0.8125rem] [overflow-wrap:anywhere]">{to}</span>
    ),
  },
  ...terms<Offer>(),
  { id: "calls", header: "Calls", align: "end", cell: ({ calls }) => count.format(calls) },
];

const received: Column<ReceivedOffer>[] = [
  {
    id: "object",
    header: "Offered",
    phone: "title",
    // The row's button is wider and taller than an icon.
    className: "max-md:min-h-10 max-md:pr-22",
    cell: ({ name, exposed_name }) => (
      <RowTitle title={name} {...(exposed_name === null ? {} : { id: exposed_name })} />
    ),
  },
  {
    id: "from",
    header: "From",
    cell: ({ from }) => <RowTitle title={from.name} id={from.tenant_id} />,
  },
  ...terms<ReceivedOffer>(),
];

type TableProps<T> = {
  tenantId: string;
  page: Page<T>;
  /** Where the list without filters is, and whether this one has some. */
  base: string;
  isNarrowed: boolean;
};

const filter = (
  <FilterSelect
    label="State"
    param="state"
    options={offerStates.map((value) => ({ value, label: stateLooks[value].word }))}
  />
);

/** What a tenant offers to others. */
export function OfferTable({ tenantId, page, base, isNarrowed }: TableProps<Offer>) {
  return (
    <DataTable
      label="Offers"
      columns={offered}
      rows={page.items}
      rowKey={({ offer_id }) => offer_id}
      actions={(each) => <OfferActions tenantId={tenantId} offer={each} />}
      toolbar={filter}
      footer={<Pager nextCursor={page.next} />}
      empty={
        isNarrowed ? (
          <NoMatches what="offers" href={base} />
        ) : (
          <EmptyState
            icon={<Handshake aria-hidden />}
            title="Nothing is offered"
            description="An offer lets another tenant use a tool, prompt, resource or memory of this one, at a price and within a quota."
          />
        )
      }
    />
  );
}

/** What other tenants offer to one. */
export function ReceivedTable({ tenantId, page, base, isNarrowed }: TableProps<ReceivedOffer>) {
  return (
    <DataTable
      label="Received offers"
      columns={received}
      rows={page.items}
      rowKey={({ offer_id }) => offer_id}
      actions={(each) => <ReceivedDialog tenantId={tenantId} offer={each} />}
      toolbar={filter}
      footer={<Pager nextCursor={page.next} />}
      empty={
        isNarrowed ? (
          <NoMatches what="offers" href={base} />
        ) : (
          <EmptyState
            icon={<Handshake aria-hidden />}
            title="Nothing was offered"
            description="What other tenants offer to this one waits here until it is accepted or declined."
          />
        )
      }
    />
  );
}
