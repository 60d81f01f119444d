import type { Metadata } from "next";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { openTenant, type TenantParams } from "../../open-tenant.ts";
import { PromptForm } from "../prompt-form.tsx";

export const metadata: Metadata = { title: "New prompt" };

export default async function NewPromptPage({ params }: { params: TenantParams }) {
  const { tenant } = await openTenant((await params).tenant_id);
  return (
    <>
      <SectionHeader
        title="New prompt"
        description="A ready-made conversation with blanks, which MCP clients offer to their users."
      />
      <PromptForm tenantId={tenant.tenant_id} />
    </>
  );
}
