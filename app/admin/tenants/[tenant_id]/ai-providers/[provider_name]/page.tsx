import { redirect } from "next/navigation";
import { idOf } from "../../open-tenant.ts";
import { providerHref } from "../provider-href.ts";

type ProviderPageProps = { params: Promise<{ tenant_id: string; provider_name: string }> };

/** Where the breadcrumbs lead: a provider has no page but its form. */
export default async function ProviderPage({ params }: ProviderPageProps) {
  const { tenant_id, provider_name } = await params;
  redirect(`${providerHref({ tenant_id, name: idOf(provider_name) })}/edit`);
}
