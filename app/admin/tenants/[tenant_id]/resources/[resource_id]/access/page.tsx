import type { Metadata } from "next";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { getResourceAccess } from "#lib/resources/access/explain.ts";
import { idOf } from "../../../open-tenant.ts";
import { openResource, type ResourceParams } from "../open-resource.ts";
import { CeilingForm } from "./ceiling-form.tsx";
import { CheckForm } from "./check-form.tsx";
import { AddGrant } from "./grant-dialog.tsx";
import { GrantTable } from "./grant-table.tsx";
import { loadSubjects } from "./load-subjects.ts";
import { OpennessButton } from "./openness-button.tsx";
import { WhoCan } from "./who-can.tsx";

export const metadata: Metadata = { title: "Access" };

export default async function ResourceAccessPage({ params }: { params: ResourceParams }) {
  const { tenant_id: tenantId, resource_id } = await params;
  const { ctx, resource } = await openResource(tenantId, idOf(resource_id));
  const resourceId = resource.resource_id;
  const [access, subjects] = await Promise.all([
    getResourceAccess(ctx, resourceId),
    loadSubjects(ctx),
  ]);
  const { ceiling, granted_only_by: closedBy } = access;
  return (
    <>
      <SectionHeader
        title="Grants"
        description="Who may do what, below the ceiling of what the resource offers."
        actions={
          <>
            {closedBy !== "tenant" && (
              <OpennessButton {...{ tenantId, resourceId }} open={closedBy === null} />
            )}
            <AddGrant {...{ tenantId, resourceId, ceiling, subjects }} />
          </>
        }
      />
      <GrantTable {...{ tenantId, access, subjects }} />
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-4">
          <WhoCan {...{ access, subjects }} />
          <CheckForm {...{ tenantId, resourceId, subjects }} />
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <Card>
            <CardHeader>
              <CardTitle>What holds now</CardTitle>
              <CardDescription>Over MCP, over REST and from code.</CardDescription>
            </CardHeader>
            <CardContent>
              <ul
                aria-label="What holds now"
                className="flex list-disc flex-col gap-1.5 pl-4 text-sm"
              >
                {access.summary.map((line) => (
                  <li key={line} className="[overflow-wrap:anywhere]">
                    {line}
                  </li>
                ))}
              </ul>
            </CardContent>
          </Card>
          <Card>
            <CardHeader>
              <CardTitle>Ceiling</CardTitle>
              <CardDescription>
                What the resource offers to anyone. A grant of more is cut off here.
              </CardDescription>
            </CardHeader>
            <CardContent>
              <CeilingForm key={resource.updated_at} resource={resource} />
            </CardContent>
          </Card>
        </div>
      </div>
    </>
  );
}
