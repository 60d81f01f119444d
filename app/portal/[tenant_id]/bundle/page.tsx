import type { Metadata } from "next";
import { BundleImport } from "#components/bundles/bundle-import.tsx";
import { ExportCard } from "#components/bundles/export-card.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { bundleKinds } from "#lib/bundles/schema.ts";
import { openPart, type PortalParams } from "../open-portal.ts";

export const metadata: Metadata = { title: "Import & export" };

export default async function PortalBundlePage({ params }: { params: PortalParams }) {
  const { ctx, tenantId } = await openPart((await params).tenant_id, "tools:read");
  const { permissions } = ctx;
  const readable = bundleKinds.filter((kind) => permissions.has(`${kind}:read`));
  const mayImport = bundleKinds.some((kind) => permissions.has(`${kind}:write`));
  return (
    <>
      <SectionHeader
        title="Import & export"
        description="Tools, prompts and resources as one bundle, to keep or to bring to another tenant."
      />
      <ExportCard tenantId={tenantId} kinds={readable} />
      {mayImport && <BundleImport tenantId={tenantId} />}
    </>
  );
}
