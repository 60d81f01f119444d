import { BadgeDollarSign } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { Pager } from "#components/data-table/pager.tsx";
import { RowTitle } from "#components/data-table/row-title.tsx";
import { toAmount } from "#components/forms/amount.ts";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { NoMatches } from "#components/shell/no-matches.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import { operatorCtx } from "#lib/auth/session.ts";
import type { Price } from "#lib/prices/schema.ts";
import { listPrices } from "#lib/prices/service.ts";
import { pageAt, type SearchParams, textParam } from "../list-params.ts";
import { DeletePrice } from "./delete-price.tsx";
import { PriceButtons } from "./price-dialogs.tsx";

export const metadata: Metadata = { title: "Prices" };

const tones = { current: "success", future: "accent", past: "neutral" } as const;
const states = { current: "Current", future: "To come", past: "Past" } as const;

const historyOf = ({ provider, model }: Price) =>
  `/admin/prices?${new URLSearchParams({ history: "all", provider, model })}`;

const columns: Column<Price>[] = [
  {
    id: "model",
    header: "Model",
    phone: "title",
    cell: (price) => <RowTitle title={price.model} id={price.provider} href={historyOf(price)} />,
  },
  { id: "input", header: "Input", align: "end", cell: (price) => toAmount(price.input_micros) },
  {
    id: "cached",
    header: "Cached input",
    align: "end",
    cell: ({ cached_micros }) =>
      cached_micros === null ? (
        <span className="text-muted-foreground">As input</span>
      ) : (
        toAmount(cached_micros)
      ),
  },
  { id: "output", header: "Output", align: "end", cell: (price) => toAmount(price.output_micros) },
  {
    id: "from",
    header: "From",
    cell: (price) => <Timestamp value={price.effective_from} className="text-muted-foreground" />,
  },
  {
    id: "until",
    header: "Until",
    cell: (price) => <Timestamp value={price.effective_until} empty="Further notice" />,
  },
  {
    id: "status",
    header: "State",
    cell: ({ status }) => (
      <Badge tone={tones[status]} dot>
        {states[status]}
      </Badge>
    ),
  },
];

function Shown({ isAll }: { isAll: boolean }) {
  const choice = (label: string, href: string, isChosen: boolean) => (
    <Button variant={isChosen ? "outline" : "ghost"} size="sm" asChild>
      <Link href={href} aria-current={isChosen ? "true" : undefined}>
        {label}
      </Link>
    </Button>
  );
  return (
    <nav aria-label="Which prices" className="flex gap-1">
      {choice("Current", "/admin/prices", !isAll)}
      {choice("Past and to come, too", "/admin/prices?history=all", isAll)}
    </nav>
  );
}

export default async function PricesPage({ searchParams }: { searchParams: SearchParams }) {
  const ctx = await operatorCtx();
  const asked = await searchParams;
  const [provider, model] = [textParam(asked.provider), textParam(asked.model)];
  const isAll = asked.history === "all";
  const filters = {
    ...(provider ? { provider } : {}),
    ...(model ? { model } : {}),
    status: isAll ? ("all" as const) : ("current" as const),
  };
  const page = await pageAt(asked.cursor, (at) => listPrices(ctx, { ...at, ...filters }));
  const buttons = <PriceButtons />;
  return (
    <>
      <PageHeader
        title="Prices"
        description="What a million tokens of each model cost. A tenant's own prices, in its provider's entry, go before these; a model in neither has unknown costs."
        actions={<div className="flex flex-wrap gap-2">{buttons}</div>}
      />
      <DataTable
        label="Prices"
        columns={columns}
        rows={page.items}
        rowKey={(price) => price.price_id}
        actions={(price) => price.status === "future" && <DeletePrice price={price} />}
        toolbar={<Shown isAll={isAll} />}
        footer={<Pager nextCursor={page.next} />}
        empty={
          provider || model || asked.cursor ? (
            <NoMatches what="prices" href="/admin/prices?history=all" />
          ) : (
            <EmptyState
              icon={<BadgeDollarSign aria-hidden />}
              title="No prices yet"
              description="Without a price the cost of a call is unknown. Add one, or import a list of your providers' prices."
            />
          )
        }
      />
    </>
  );
}
