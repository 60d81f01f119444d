import type { Metadata } from "next";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { idOf } from "../../../open-tenant.ts";
import { RegisterToolForm } from "../../register-tool-form.tsx";
import { openTool, type ToolParams } from "../open-tool.ts";

export const metadata: Metadata = { title: "Edit tool" };

export default async function EditToolPage({ params }: { params: ToolParams }) {
  const { tenant_id, tool_id } = await params;
  const { tool } = await openTool(tenant_id, idOf(tool_id));
  return (
    <>
      <SectionHeader
        title={`Edit ${tool.name}`}
        description="Saved changes are in force at once."
      />
      <RegisterToolForm tenantId={tenant_id} tool={tool} />
    </>
  );
}
