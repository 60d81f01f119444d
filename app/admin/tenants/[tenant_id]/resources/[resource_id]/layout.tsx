import type { ReactNode } from "react";
import { LinkTabs } from "#components/shell/link-tabs.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { idOf } from "../../open-tenant.ts";
import { DeleteResourceButton } from "../delete-resource.tsx";
import { openResource, type ResourceParams } from "./open-resource.ts";
import { resourceTabs } from "./resource-tabs.ts";

type ResourceLayoutProps = { params: ResourceParams; children: ReactNode };

export default async function ResourceLayout({ params, children }: ResourceLayoutProps) {
  const { tenant_id, resource_id } = await params;
  const { resource, closed } = await openResource(tenant_id, idOf(resource_id));
  return (
    <>
      <SectionHeader
        title={resource.title ?? resource.name}
        badge={
          <span className="flex flex-wrap items-center gap-1.5">
            <Badge>{resource.type}</Badge>
            {resource.is_template && <Badge tone="accent">Template</Badge>}
            {closed && <Badge tone="warning">Granted only</Badge>}
          </span>
        }
        description={resource.description || "No description"}
        actions={<DeleteResourceButton resource={resource} />}
      />
      <LinkTabs label="Resource sections" tabs={resourceTabs(resource)} />
      {children}
    </>
  );
}
