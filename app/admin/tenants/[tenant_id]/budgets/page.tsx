import { Wallet } from "lucide-react";
import type { Metadata } from "next";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { Pager } from "#components/data-table/pager.tsx";
import { RowTitle } from "#components/data-table/row-title.tsx";
import { toAmount } from "#components/forms/amount.ts";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import { listKeys } from "#lib/auth/keys.ts";
import type { Budget } from "#lib/budgets/schema.ts";
import { listBudgets } from "#lib/budgets/service.ts";
import { pageAt, type SearchParams } from "../../../list-params.ts";
import { openTenant, type TenantParams } from "../open-tenant.ts";
import { BudgetActions } from "./budget-actions.tsx";
import { BudgetBar } from "./budget-bar.tsx";
import { NewBudget } from "./new-budget.tsx";

export const metadata: Metadata = { title: "Budgets" };

const subjects = { tenant: "Whole tenant", key: "Key", agent: "Agent" } as const;
const periods = { day: "a day", month: "a month" } as const;

const titleOf = ({ scope, period }: Budget) => `${subjects[scope]}, ${periods[period]}`;

/** The highest threshold that this day or month has reached. */
function Reached({
  budget: { thresholds_reached, reserved_micros, limit_micros },
}: {
  budget: Budget;
}) {
  const highest = thresholds_reached.at(-1);
  if (highest === 100) {
    return (
      <Badge tone="danger" dot>
        Refused calls
      </Badge>
    );
  }
  if (highest !== undefined) {
    return (
      <Badge tone={highest >= 80 ? "warning" : "accent"} dot>
        {highest}% reached
      </Badge>
    );
  }
  if (limit_micros === 0) return <Badge tone="danger">Nothing may be spent</Badge>;
  return (
    <span className="text-muted-foreground">{reserved_micros > 0 ? "In use" : "Below 50%"}</span>
  );
}

/** `names` has the names of keys by their ids. */
const columnsWith = (names: ReadonlyMap<string, string>): Column<Budget>[] => [
  {
    id: "budget",
    header: "Budget",
    phone: "title",
    cell: (budget) => (
      <div className="flex min-w-0 flex-col gap-1">
        <RowTitle title={titleOf(budget)} id={names.get(budget.target_id) ?? budget.target_id} />
        {budget.operator && <Badge tone="accent">Operator&apos;s ceiling</Badge>}
      </div>
    ),
  },
  { id: "spent", header: "Spent", cell: (budget) => <BudgetBar budget={budget} /> },
  { id: "left", header: "Left", align: "end", cell: (budget) => toAmount(budget.left_micros) },
  { id: "reached", header: "State", cell: (budget) => <Reached budget={budget} /> },
  {
    id: "unpriced",
    header: "Unpriced models",
    cell: ({ unpriced }) => (
      <span className="text-muted-foreground">{unpriced === "allow" ? "Allowed" : "Refused"}</span>
    ),
  },
  {
    id: "resets",
    header: "Starts anew",
    cell: (budget) => <Timestamp value={budget.resets_at} className="text-muted-foreground" />,
  },
];

type BudgetsPageProps = { params: TenantParams; searchParams: SearchParams };

export default async function BudgetsPage({ params, searchParams }: BudgetsPageProps) {
  const { ctx, tenant } = await openTenant((await params).tenant_id);
  const { cursor } = await searchParams;
  const tenantId = tenant.tenant_id;
  const [page, keys] = await Promise.all([
    pageAt(cursor, (at) => listBudgets(ctx, at)),
    listKeys(ctx, { limit: 200, kind: "tenant" }),
  ]);
  const options = keys.items
    .filter(({ status }) => status === "active")
    .map(({ key_id, name, hint }) => ({ value: key_id, label: `${name} (${hint})` }));
  const names = new Map(keys.items.map(({ key_id, name, hint }) => [key_id, `${name} (${hint})`]));
  const create = <NewBudget tenantId={tenantId} keys={options} />;
  return (
    <>
      <SectionHeader
        title="Budgets"
        description="What may be spent on models. Every budget that fits a call holds, on all processes together."
        actions={create}
      />
      <DataTable
        label="Budgets"
        columns={columnsWith(names)}
        rows={page.items}
        rowKey={(budget) => budget.budget_id}
        actions={(budget) => (
          <BudgetActions tenantId={tenantId} budget={budget} of={titleOf(budget)} />
        )}
        footer={<Pager nextCursor={page.next} />}
        empty={
          <EmptyState
            icon={<Wallet aria-hidden />}
            title="No budgets yet"
            description="A budget says how much a tenant, a key or an agent may spend on models in a day or a month."
            action={create}
          />
        }
      />
    </>
  );
}
