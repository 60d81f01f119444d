import type { Metadata } from "next";
import { getDraft } from "#lib/tools/revisions/drafts.ts";
import { idOf } from "../../../open-tenant.ts";
import { RegisterToolForm } from "../../register-tool-form.tsx";
import { openTool, type ToolParams } from "../open-tool.ts";

export const metadata: Metadata = { title: "Edit tool" };

export default async function EditToolPage({ params }: { params: ToolParams }) {
  const { tenant_id, tool_id } = await params;
  const { ctx, tool } = await openTool(tenant_id, idOf(tool_id));
  // What is edited is the draft where there is one.
  const draft = tool.has_draft ? (await getDraft(ctx, tool.tool_id)).draft : {};
  const { is_dynamic, status, tenant_id: _, ...rest } = tool;
  return (
    <RegisterToolForm
      // A new revision fills the form anew.
      key={tool.latest_revision}
      tenantId={tenant_id}
      tool={{ ...rest, ...draft, is_dynamic, status, tenant_id, revision: tool.revision }}
    />
  );
}
