import type { Metadata } from "next";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { getAiProvider } from "#lib/providers/service.ts";
import { idOf, openTenant, orNotFound } from "../../../open-tenant.ts";
import { ProviderForm } from "../../provider-form.tsx";

export const metadata: Metadata = { title: "Edit AI provider" };

type EditProviderProps = { params: Promise<{ tenant_id: string; provider_name: string }> };

export default async function EditProviderPage({ params }: EditProviderProps) {
  const { tenant_id, provider_name } = await params;
  const { ctx } = await openTenant(tenant_id);
  const provider = await orNotFound(getAiProvider(ctx, idOf(provider_name)));
  return (
    <>
      <SectionHeader
        title={`Edit ${provider.name}`}
        description="The next call asks it as it is then."
      />
      <ProviderForm tenantId={tenant_id} provider={provider} />
    </>
  );
}
