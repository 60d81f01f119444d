import { KeyRound } from "lucide-react";
import type { Metadata } from "next";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { Pager } from "#components/data-table/pager.tsx";
import { SearchBox } from "#components/data-table/search-box.tsx";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { NoMatches } from "#components/shell/no-matches.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import type { UsedSecret } from "#lib/secrets/schema.ts";
import { listUsedSecrets } from "#lib/tools/secret-uses.ts";
import { pageAt, type SearchParams, textParam } from "../../../list-params.ts";
import { openTenant, type TenantParams } from "../open-tenant.ts";
import { NewSecretDialog } from "./new-secret-dialog.tsx";
import { SecretActions } from "./secret-actions.tsx";
import { SecretUses } from "./secret-uses.tsx";

export const metadata: Metadata = { title: "Secrets" };

function allowedText({ allowed_tools }: UsedSecret): string {
  if (allowed_tools === null) return "Any tool";
  if (allowed_tools.length === 0) return "No tool";
  return allowed_tools.length === 1 ? "1 tool" : `${allowed_tools.length} tools`;
}

const columns: Column<UsedSecret>[] = [
  {
    id: "secret",
    header: "Secret",
    phone: "title",
    cell: (secret) => (
      <div className="flex min-w-0 flex-col gap-0.5">
        <span className="font-medium font-mono text-[0.8125rem] [overflow-wrap:anywhere]">
          {secret.name}
        </span>
        {secret.description && (
          <span
            dir="auto"
            title={secret.description}
            className="line-clamp-3 text-muted-foreground text-xs [overflow-wrap:anywhere]"
          >
            {secret.description}
          </span>
        )}
      </div>
    ),
  },
  { id: "uses", header: "Used by", cell: (secret) => <SecretUses secret={secret} /> },
  {
    id: "allowed",
    header: "Open to",
    cell: (secret) => <span className="whitespace-nowrap">{allowedText(secret)}</span>,
  },
  { id: "version", header: "Version", align: "end", cell: (secret) => secret.version },
  {
    id: "used",
    header: "Last used",
    cell: (secret) =>
      secret.last_used_at === null ? (
        <span className="text-muted-foreground">Never</span>
      ) : (
        <Timestamp
          value={secret.last_used_at}
          className="whitespace-nowrap text-muted-foreground"
        />
      ),
  },
  {
    id: "updated",
    header: "Changed",
    cell: (secret) => (
      <Timestamp value={secret.updated_at} className="whitespace-nowrap text-muted-foreground" />
    ),
  },
];

type SecretsPageProps = { params: TenantParams; searchParams: SearchParams };

export default async function SecretsPage({ params, searchParams }: SecretsPageProps) {
  const { ctx, tenant } = await openTenant((await params).tenant_id);
  const asked = await searchParams;
  const search = textParam(asked.q);
  const page = await pageAt(asked.cursor, (at) => listUsedSecrets(ctx, { ...at, search }));
  const taken = page.items.map(({ name }) => name);
  const create = <NewSecretDialog tenantId={tenant.tenant_id} taken={taken} />;
  return (
    <>
      <SectionHeader
        title="Secrets"
        description="Credentials that tools and providers use by name. Values are sealed, and masked where a result echoes them."
        actions={create}
      />
      <DataTable
        label="Secrets"
        columns={columns}
        rows={page.items}
        rowKey={(secret) => secret.name}
        actions={(secret) => <SecretActions secret={secret} />}
        toolbar={<SearchBox label="Search secrets" />}
        footer={<Pager nextCursor={page.next} />}
        empty={
          search || asked.cursor ? (
            <NoMatches what="secrets" href={`/admin/tenants/${tenant.tenant_id}/secrets`} />
          ) : (
            <EmptyState
              icon={<KeyRound aria-hidden />}
              title="No secrets yet"
              description="A secret is a credential that a tool names, such as {{secret:CRM_TOKEN}}, and whose value nobody reads."
              action={create}
            />
          )
        }
      />
    </>
  );
}
