import { Rocket } from "lucide-react";
import type { Metadata } from "next";
import { PrincipalName } from "#components/audit/principal-name.tsx";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import { AppError } from "#lib/core/errors.ts";
import type { Deployment } from "#lib/resources/drivers/api/connection-schema.ts";
import { listDeployments } from "#lib/resources/use/api.ts";
import { openDriven, type ResourceParams } from "../open-resource.ts";
import { DeployButton } from "./deploy-button.tsx";

export const metadata: Metadata = { title: "Deployments" };

const words = { running: "Running", succeeded: "Succeeded", failed: "Failed" } as const;
const tones = { running: "accent", succeeded: "success", failed: "danger" } as const;

const columns: Column<Deployment>[] = [
  {
    id: "state",
    header: "State",
    phone: "title",
    cell: ({ state, status_code }) => (
      <Badge tone={tones[state]} dot>
        {status_code === null ? words[state] : `${words[state]}, ${status_code}`}
      </Badge>
    ),
  },
  { id: "started", header: "Started", cell: (run) => <Timestamp value={run.started_at} /> },
  { id: "by", header: "By", cell: ({ started_by }) => <PrincipalName of={started_by} /> },
  {
    id: "detail",
    header: "What the API said",
    cell: ({ detail }) => <span className="line-clamp-3">{detail || "Nothing"}</span>,
  },
];

export default async function ResourceDeploymentsPage({ params }: { params: ResourceParams }) {
  const { ctx, resource } = await openDriven(params, ["api"]);
  const { tenant_id: tenantId, resource_id: resourceId, connection } = resource;
  const runs = await listDeployments(ctx, resourceId).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "forbidden") return error.message;
    throw error;
  });
  if (typeof runs === "string") {
    return (
      <Alert tone="warning" title="Not open to you">
        {runs}
      </Alert>
    );
  }
  const isDeclared = connection.deployment !== undefined;
  return (
    <>
      <SectionHeader
        title="Deployments"
        description={
          isDeclared
            ? "The last runs of what the connection declares as its deployment."
            : "The connection declares no deployment: add one under Edit."
        }
        actions={isDeclared && <DeployButton {...{ tenantId, resourceId }} />}
      />
      <DataTable
        label="Deployments"
        columns={columns}
        rows={runs}
        rowKey={({ deployment_id }) => deployment_id}
        empty={<EmptyState icon={<Rocket aria-hidden />} title="Never deployed from here" />}
      />
    </>
  );
}
