import type { Metadata } from "next";
import { BundleImport } from "#components/bundles/bundle-import.tsx";
import { ExportCard } from "#components/bundles/export-card.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { bundleKinds } from "#lib/bundles/schema.ts";
import { openTenant, type TenantParams } from "../open-tenant.ts";

export const metadata: Metadata = { title: "Import & export" };

export default async function BundlePage({ params }: { params: TenantParams }) {
  const { tenant } = await openTenant((await params).tenant_id);
  return (
    <>
      <SectionHeader
        title="Import & export"
        description="Tools, prompts and resources as one bundle, to keep or to bring to another tenant."
      />
      <ExportCard tenantId={tenant.tenant_id} kinds={bundleKinds} />
      <BundleImport tenantId={tenant.tenant_id} />
    </>
  );
}
