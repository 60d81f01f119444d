import type { Metadata } from "next";
import type { SearchParams } from "#app/admin/list-params.ts";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { AuthorizationAlert } from "#components/upstreams/authorization-alert.tsx";
import { LinkedAccounts } from "#components/upstreams/linked-accounts.tsx";
import { mostUpstreams } from "#lib/upstreams/schema.ts";
import { listUpstreams } from "#lib/upstreams/service.ts";
import { openPart, type PortalParams } from "../open-portal.ts";

export const metadata: Metadata = { title: "Linked accounts" };

type LinkedAccountsPageProps = { params: PortalParams; searchParams: SearchParams };

export default async function LinkedAccountsPage({
  params,
  searchParams,
}: LinkedAccountsPageProps) {
  const { ctx } = await openPart((await params).tenant_id, "upstreams:read");
  const { authorization, upstream: named } = await searchParams;
  const limit = mostUpstreams;
  const mayConnectTenants = ctx.permissions.has("upstreams:write");
  const [own, shared] = await Promise.all([
    listUpstreams(ctx, { limit, account: "user" }),
    mayConnectTenants ? listUpstreams(ctx, { limit, account: "tenant" }) : null,
  ]);
  const all = [...own.items, ...(shared?.items ?? [])];
  const back = all.find(({ upstream_id }) => upstream_id === named);
  return (
    <>
      <AuthorizationAlert outcome={authorization} error={back?.connection?.error ?? null} />
      <SectionHeader
        title="Linked accounts"
        description="Servers whose tools act for you, each with an account of yours there."
      />
      <LinkedAccounts
        label="Linked accounts"
        upstreams={own.items}
        none="None of the tenant's servers asks for an account of your own."
      />
      {shared !== null && shared.items.length > 0 && (
        <>
          <SectionHeader
            title="The tenant's accounts"
            description="Servers that everybody here uses with one and the same account."
          />
          <LinkedAccounts label="The tenant's accounts" upstreams={shared.items} none="" />
        </>
      )}
    </>
  );
}
