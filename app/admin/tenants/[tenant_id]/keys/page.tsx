import type { Metadata } from "next";
import { KeyTable } from "#components/keys/key-table.tsx";
import { NewKeyDialog } from "#components/keys/new-key-dialog.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { listKeys } from "#lib/auth/keys.ts";
import { pageAt, type SearchParams } from "../../../list-params.ts";
import { openTenant, type TenantParams } from "../open-tenant.ts";

export const metadata: Metadata = { title: "Keys" };

type KeysPageProps = { params: TenantParams; searchParams: SearchParams };

export default async function TenantKeysPage({ params, searchParams }: KeysPageProps) {
  const { ctx, tenant } = await openTenant((await params).tenant_id);
  const { cursor } = await searchParams;
  const page = await pageAt(cursor, (at) => listKeys(ctx, { ...at, kind: "tenant" }));
  const create = <NewKeyDialog owner={{ tenantId: tenant.tenant_id }} />;
  return (
    <>
      <SectionHeader
        title="Keys"
        description="What the tenant's agents and applications sign in with."
        actions={create}
      />
      <KeyTable
        keys={page.items}
        nextCursor={page.next}
        tenantId={tenant.tenant_id}
        purpose="A key lets an agent or an application act for this tenant, over MCP and REST."
        create={create}
      />
    </>
  );
}
