import type { Metadata } from "next";
import { DetailList } from "#components/shell/detail-list.tsx";
import { Card, CardContent, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { Code } from "#components/ui/code.tsx";
import { formatValue } from "#components/ui/format.ts";
import { JsonView } from "#components/ui/json-view.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import { idOf } from "../../open-tenant.ts";
import { Permissions } from "../permissions.tsx";
import { ContentPreview } from "./content-preview.tsx";
import { HealthCard } from "./health-card.tsx";
import { loadHealth } from "./load-health.ts";
import { loadPreview } from "./load-preview.ts";
import { openResource, type ResourceParams } from "./open-resource.ts";

export async function generateMetadata({ params }: { params: ResourceParams }): Promise<Metadata> {
  const { tenant_id, resource_id } = await params;
  return { title: (await openResource(tenant_id, resource_id)).resource.name };
}

export default async function ResourcePage({ params }: { params: ResourceParams }) {
  const { tenant_id, resource_id } = await params;
  const { ctx, resource } = await openResource(tenant_id, idOf(resource_id));
  const [preview, health] = await Promise.all([
    loadPreview(tenant_id, resource),
    loadHealth(ctx, resource),
  ]);
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <Card>
        <CardContent>
          <DetailList
            items={[
              { label: "Id", value: <Code>{resource.resource_id}</Code> },
              ...(resource.title === null ? [] : [{ label: "Name", value: resource.name }]),
              { label: "Address", value: <Code>{resource.uri}</Code> },
              ...(resource.source === null
                ? []
                : [{ label: "Source", value: <Code>{resource.source}</Code> }]),
              ...(resource.mime_type === null
                ? []
                : [{ label: "Media type", value: <Code>{resource.mime_type}</Code> }]),
              {
                label: "Kept here",
                value: resource.size === null ? "Nothing" : formatValue(resource.size, "bytes"),
              },
              {
                label: "Permissions",
                value: <Permissions words={resource.access_permissions} />,
              },
              { label: "Created", value: <Timestamp value={resource.created_at} /> },
              { label: "Updated", value: <Timestamp value={resource.updated_at} /> },
            ]}
          />
        </CardContent>
      </Card>
      <div className="flex min-w-0 flex-col gap-4">
        {health && <HealthCard tenantId={tenant_id} resource={resource} health={health} />}
        {preview && <ContentPreview tenantId={tenant_id} resource={resource} preview={preview} />}
        <Card>
          <CardHeader>
            <CardTitle>Metadata</CardTitle>
          </CardHeader>
          <CardContent>
            <JsonView value={resource.metadata} what="metadata" />
          </CardContent>
        </Card>
      </div>
    </div>
  );
}
