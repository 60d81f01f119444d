import { Bot, Plus } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { RowTitle } from "#components/data-table/row-title.tsx";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import type { AiProvider } from "#lib/providers/entry-schema.ts";
import { listAiProviders } from "#lib/providers/service.ts";
import { openTenant, type TenantParams } from "../open-tenant.ts";
import { ProviderActions } from "./provider-actions.tsx";
import { providerHref } from "./provider-href.ts";

export const metadata: Metadata = { title: "AI providers" };

const none = <span className="text-muted-foreground">None</span>;

function names(record: object) {
  const all = Object.keys(record);
  if (all.length === 0) return none;
  const more = all.length > 3 ? ` and ${all.length - 3} more` : "";
  return <span className="[overflow-wrap:anywhere]">{`${all.slice(0, 3).join(", ")}${more}`}</span>;
}

const columns: Column<AiProvider>[] = [
  {
    id: "provider",
    header: "Provider",
    phone: "title",
    cell: (provider) => (
      <RowTitle title={provider.name || "Without a name"} href={`${providerHref(provider)}/edit`} />
    ),
  },
  {
    id: "type",
    header: "Speaks",
    cell: ({ type, problem }) =>
      problem === null ? (
        type
      ) : (
        <span className="flex min-w-0 flex-col items-start gap-1">
          <Badge tone="warning">Not usable</Badge>
          <span className="text-muted-foreground text-xs">{problem}</span>
        </span>
      ),
  },
  {
    id: "address",
    header: "Address",
    cell: ({ base_url }) =>
      base_url === null ? (
        <span className="text-muted-foreground">Its own</span>
      ) : (
        <span className="font-mono text-xs [overflow-wrap:anywhere]">{base_url}</span>
      ),
  },
  {
    id: "key",
    header: "Key",
    cell: ({ api_key_secret, problem }) =>
      api_key_secret === null ? (
        <span className="text-muted-foreground">{problem === null ? "In the entry" : "–"}</span>
      ) : (
        <span className="font-mono text-xs [overflow-wrap:anywhere]">{api_key_secret}</span>
      ),
  },
  { id: "models", header: "Aliases", cell: ({ models }) => names(models) },
  { id: "prices", header: "Priced models", cell: ({ prices }) => names(prices) },
];

export default async function AiProvidersPage({ params }: { params: TenantParams }) {
  const { ctx, tenant } = await openTenant((await params).tenant_id);
  const providers = await listAiProviders(ctx);
  const add = (
    <Button size="sm" asChild>
      <Link href={`/admin/tenants/${tenant.tenant_id}/ai-providers/new`}>
        <Plus aria-hidden /> New provider
      </Link>
    </Button>
  );
  return (
    <>
      <SectionHeader
        title="AI providers"
        description="Language models that the tenant's AI tools may ask, with the tenant's own keys."
        actions={add}
      />
      <DataTable
        label="AI providers"
        columns={columns}
        rows={providers}
        rowKey={(provider) => String(providers.indexOf(provider))}
        actions={(provider) => <ProviderActions provider={provider} />}
        empty={
          <EmptyState
            icon={<Bot aria-hidden />}
            title="No AI providers yet"
            description="Add one, with a secret that holds its key, and tools can ask its models."
            action={add}
          />
        }
      />
    </>
  );
}
