import type { Metadata } from "next";
import { KeyTable } from "#components/keys/key-table.tsx";
import { NewKeyDialog } from "#components/keys/new-key-dialog.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { listKeys } from "#lib/auth/keys.ts";
import { operatorTenantCtx } from "#lib/auth/session.ts";
import { pageAt, type SearchParams } from "../list-params.ts";

export const metadata: Metadata = { title: "Platform keys" };

export default async function PlatformKeysPage({ searchParams }: { searchParams: SearchParams }) {
  // Platform keys are of no tenant; the verb reads none where the kind is the platform's.
  const ctx = await operatorTenantCtx("default");
  const { cursor } = await searchParams;
  const page = await pageAt(cursor, (at) => listKeys(ctx, { ...at, kind: "platform" }));
  const create = <NewKeyDialog owner={{}} />;
  return (
    <>
      <PageHeader
        title="Platform keys"
        description="For automation: each acts for every tenant, and may create and delete them."
        actions={create}
      />
      <KeyTable
        keys={page.items}
        nextCursor={page.next}
        purpose="A platform key lets a script do what you can do here."
        create={create}
      />
    </>
  );
}
