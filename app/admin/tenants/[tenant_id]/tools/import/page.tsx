import type { Metadata } from "next";
import Link from "next/link";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { Button } from "#components/ui/button.tsx";
import { openTenant, type TenantParams } from "../../open-tenant.ts";
import { OpenApiImport } from "./openapi-import.tsx";

export const metadata: Metadata = { title: "Import tools" };

export default async function ImportToolsPage({ params }: { params: TenantParams }) {
  const { tenant } = await openTenant((await params).tenant_id);
  const tools = `/admin/tenants/${tenant.tenant_id}/tools`;
  return (
    <>
      <SectionHeader
        title="Import tools"
        description="Operations of an OpenAPI description become tools that call it."
        actions={
          <Button variant="outline" size="sm" asChild>
            <Link href={tools}>Back to the tools</Link>
          </Button>
        }
      />
      <OpenApiImport tenantId={tenant.tenant_id} toolsHref={tools} />
    </>
  );
}
