import { Link2Off } from "lucide-react";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { RowTitle } from "#components/data-table/row-title.tsx";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import type { Upstream } from "#lib/upstreams/schema.ts";
import { AccountState } from "./account-state.tsx";
import { ConnectionButtons } from "./connection-buttons.tsx";

const nothing = <span className="text-muted-foreground">–</span>;

const columns: Column<Upstream>[] = [
  {
    id: "upstream",
    header: "Server",
    phone: "title",
    cell: ({ name, upstream_id, enabled }) => (
      <RowTitle title={name} id={enabled ? upstream_id : `${upstream_id}, switched off`} />
    ),
  },
  {
    id: "state",
    header: "State",
    cell: ({ connection }) =>
      connection && <AccountState state={connection.state} error={connection.error} />,
  },
  {
    id: "account",
    header: "Connected as",
    cell: ({ connection }) => connection?.account ?? nothing,
  },
  {
    id: "since",
    header: "Since",
    cell: ({ connection }) =>
      connection?.connected_at ? (
        <Timestamp value={connection.connected_at} className="whitespace-nowrap" />
      ) : (
        nothing
      ),
  },
  {
    id: "act",
    header: "Account",
    className: "md:text-right",
    cell: (upstream) => <ConnectionButtons upstream={upstream} />,
  },
];

type LinkedAccountsProps = {
  label: string;
  upstreams: Upstream[];
  /** What is said where no server asks for such an account. */
  none: string;
};

/** Upstreams that are used with an account, and how that account stands. */
export function LinkedAccounts({ label, upstreams, none }: LinkedAccountsProps) {
  return (
    <DataTable
      label={label}
      columns={columns}
      rows={upstreams}
      rowKey={({ upstream_id }) => upstream_id}
      empty={
        <EmptyState
          icon={<Link2Off aria-hidden />}
          title="There is nothing to connect"
          description={none}
        />
      }
    />
  );
}
