import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { PageHeader } from "#components/shell/page-header.tsx";
import { operatorCtx } from "#lib/auth/session.ts";
import { env } from "#lib/core/env.ts";
import { NewTenantForm } from "./new-tenant-form.tsx";

export const metadata: Metadata = { title: "New tenant" };

export default async function NewTenantPage() {
  await operatorCtx();
  const { TAUSESTACK_MULTI_TENANT_MODE, TAUSESTACK_REQUESTS_PER_MINUTE } = env();
  if (!TAUSESTACK_MULTI_TENANT_MODE) notFound();
  return (
    <>
      <PageHeader
        title="New tenant"
        description="Only id and name are needed; the rest can be changed at any time."
      />
      <NewTenantForm defaultRequestsPerMinute={TAUSESTACK_REQUESTS_PER_MINUTE} />
    </>
  );
}
