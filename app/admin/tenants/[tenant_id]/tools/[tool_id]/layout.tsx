import type { ReactNode } from "react";
import { LinkTabs } from "#components/shell/link-tabs.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { haltsOf } from "#lib/tools/governance/visibility.ts";
import { idOf } from "../../open-tenant.ts";
import { DeleteToolButton } from "../delete-tool.tsx";
import { ToolStatus } from "../tool-status.tsx";
import { ArchiveToolButton } from "./archive-tool.tsx";
import { openTool, type ToolParams } from "./open-tool.ts";
import { PublishButton } from "./publish-dialog.tsx";
import { toolTabs } from "./tool-tabs.ts";

type ToolLayoutProps = { params: ToolParams; children: ReactNode };

export default async function ToolLayout({ params, children }: ToolLayoutProps) {
  const { tenant_id, tool_id } = await params;
  const { ctx, tool } = await openTool(tenant_id, idOf(tool_id));
  const halted = (await haltsOf(ctx))(tool);
  return (
    <>
      <SectionHeader
        title={tool.title ?? tool.name}
        badge={
          <span className="flex flex-wrap items-center gap-1.5">
            <ToolStatus tool={tool} halted={halted} />
            {tool.is_dynamic && <Badge tone="accent">Dynamic</Badge>}
            {tool.revision !== null && <Badge>Revision {tool.revision}</Badge>}
          </span>
        }
        description={tool.description || "No description: models have only its name to go by."}
        actions={
          <>
            {tool.has_draft && <PublishButton tool={tool} />}
            <ArchiveToolButton tool={tool} />
            <DeleteToolButton tool={tool} />
          </>
        }
      />
      <LinkTabs label="Tool sections" tabs={toolTabs(tool)} />
      {children}
    </>
  );
}
