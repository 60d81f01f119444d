import { KeyRound } from "lucide-react";
import type { ReactNode } from "react";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { Pager } from "#components/data-table/pager.tsx";
import { RowTitle } from "#components/data-table/row-title.tsx";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Code } from "#components/ui/code.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import type { ApiKey } from "#lib/auth/schema.ts";
import { KeyActions } from "./key-actions.tsx";
import { Scopes } from "./scopes.tsx";

const tones = { active: "success", expired: "neutral", revoked: "danger" } as const;
const states = { active: "Active", expired: "Expired", revoked: "Revoked" } as const;

const columns: Column<ApiKey>[] = [
  {
    id: "name",
    header: "Key",
    phone: "title",
    cell: (key) => <RowTitle title={key.name} id={key.hint} />,
  },
  {
    id: "status",
    header: "Status",
    cell: (key) => (
      <Badge tone={tones[key.status]} dot>
        {states[key.status]}
      </Badge>
    ),
  },
  { id: "scopes", header: "Scopes", cell: (key) => <Scopes scopes={key.scopes} /> },
  {
    id: "agent",
    header: "Agent",
    cell: (key) =>
      key.agent_id === null ? (
        <span className="text-muted-foreground">Any</span>
      ) : (
        <Code>{key.agent_id}</Code>
      ),
  },
  {
    id: "used",
    header: "Last used",
    cell: (key) => <Timestamp value={key.last_used_at} className="whitespace-nowrap" />,
  },
  {
    id: "expires",
    header: "Expires",
    cell: (key) => <Timestamp value={key.expires_at} className="whitespace-nowrap" />,
  },
  {
    id: "created",
    header: "Created",
    cell: (key) => (
      <Timestamp value={key.created_at} className="whitespace-nowrap text-muted-foreground" />
    ),
  },
];

type KeyTableProps = {
  keys: ApiKey[];
  nextCursor: string | null;
  /** The tenant whose keys they are; left out for the platform's. */
  tenantId?: string;
  /** What such a key is for. */
  purpose: string;
  /** The button that opens the dialog. */
  create: ReactNode;
};

/** Keys in order of creation, revoked ones included. */
export function KeyTable({ keys, nextCursor, tenantId, purpose, create }: KeyTableProps) {
  const owner = tenantId === undefined ? {} : { tenantId };
  return (
    <DataTable
      label="API keys"
      columns={columns}
      rows={keys}
      rowKey={(key) => key.key_id}
      actions={(key) => <KeyActions apiKey={key} owner={owner} />}
      footer={<Pager nextCursor={nextCursor} />}
      empty={
        <EmptyState
          icon={<KeyRound aria-hidden />}
          title="No keys yet"
          description={purpose}
          action={create}
        />
      }
    />
  );
}
