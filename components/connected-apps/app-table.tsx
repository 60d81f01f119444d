import { Unplug } from "lucide-react";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { Pager } from "#components/data-table/pager.tsx";
import { RowTitle } from "#components/data-table/row-title.tsx";
import { Scopes } from "#components/keys/scopes.tsx";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import type { ConnectedApp } from "#lib/oauth/schema.ts";
import { AppActions } from "./app-actions.tsx";

/** Where the application's answers go: what tells two of the same name apart. */
function hostOf(app: ConnectedApp): string {
  return URL.parse(app.redirect_uri)?.host || app.redirect_uri;
}

const columns: Column<ConnectedApp>[] = [
  {
    id: "app",
    header: "Application",
    phone: "title",
    cell: (app) => <RowTitle title={app.client_name} id={hostOf(app)} />,
  },
  { id: "by", header: "Allowed by", cell: (app) => app.granted_by.email },
  { id: "scopes", header: "Scopes", cell: (app) => <Scopes scopes={app.scopes} /> },
  {
    id: "used",
    header: "Last used",
    cell: (app) => <Timestamp value={app.last_used_at} className="whitespace-nowrap" />,
  },
  {
    id: "expires",
    header: "Expires",
    cell: (app) => <Timestamp value={app.expires_at} className="whitespace-nowrap" />,
  },
  {
    id: "connected",
    header: "Connected",
    cell: (app) => (
      <Timestamp value={app.created_at} className="whitespace-nowrap text-muted-foreground" />
    ),
  },
];

type AppTableProps = {
  apps: ConnectedApp[];
  nextCursor: string | null;
  /** Whether the person may disconnect an application. */
  mayRevoke: (app: ConnectedApp) => boolean;
};

/** Applications that people allowed to act for them in the tenant, by OAuth. */
export function AppTable({ apps, nextCursor, mayRevoke }: AppTableProps) {
  return (
    <DataTable
      label="Connected apps"
      columns={columns}
      rows={apps}
      rowKey={(app) => app.grant_id}
      actions={(app) => mayRevoke(app) && <AppActions app={app} />}
      footer={<Pager nextCursor={nextCursor} />}
      empty={
        <EmptyState
          icon={<Unplug aria-hidden />}
          title="Nothing is connected"
          description="An MCP client that signs in by OAuth is listed here, with who allowed it and what it may do."
        />
      }
    />
  );
}
