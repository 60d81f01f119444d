import type { Metadata } from "next";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { openTenant, type TenantParams } from "../../open-tenant.ts";
import { RegisterToolForm } from "../register-tool-form.tsx";

export const metadata: Metadata = { title: "Register tool" };

export default async function RegisterToolPage({ params }: { params: TenantParams }) {
  const { tenant } = await openTenant((await params).tenant_id);
  return (
    <>
      <SectionHeader title="Register tool" description="A tool under an id of your own." />
      <RegisterToolForm tenantId={tenant.tenant_id} />
    </>
  );
}
