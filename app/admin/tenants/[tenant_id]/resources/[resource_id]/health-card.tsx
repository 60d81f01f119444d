"use client";

import { Activity } from "lucide-react";
import { Alert } from "#components/ui/alert.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card, CardContent, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { formatValue } from "#components/ui/format.ts";
import { Timestamp } from "#components/ui/timestamp.tsx";
import { messageOf } from "#lib/client/api-error.ts";
import { checkHealth } from "#lib/client/resource-use.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { Resource } from "#lib/resources/schema.ts";
import type { ResourceHealthStatus } from "#lib/resources/use/health-schema.ts";

const tones = { healthy: "success", unhealthy: "danger", unknown: "neutral" } as const;
const words = { healthy: "Healthy", unhealthy: "Unhealthy", unknown: "Not checked yet" };

type HealthCardProps = { tenantId: string; resource: Resource; health: ResourceHealthStatus };

/** Whether the resource can be reached, as of the last look. */
export function HealthCard({ tenantId, resource, health }: HealthCardProps) {
  const check = useChange(() => checkHealth(tenantId, resource.resource_id));
  const { status, detail, latency_ms, checked_at } = check.data ?? health;
  const { health_check_minutes: minutes } = resource;
  return (
    <Card>
      <CardHeader className="flex flex-row items-center justify-between gap-3">
        <CardTitle>Health</CardTitle>
        <Button
          variant="outline"
          size="sm"
          pending={check.isPending}
          onClick={() => check.mutate(undefined)}
        >
          <Activity aria-hidden /> Check now
        </Button>
      </CardHeader>
      <CardContent className="flex flex-col gap-3 text-sm" aria-live="polite">
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
          <Badge tone={tones[status]} dot>
            {words[status]}
          </Badge>
          {latency_ms !== null && (
            <span className="text-muted-foreground">{formatValue(latency_ms, "ms")}</span>
          )}
          <span className="text-muted-foreground">
            <Timestamp value={checked_at} empty="" />
          </span>
        </span>
        {status === "unhealthy" && detail && (
          <Alert tone="warning" title="It could not be reached" role="status">
            {detail}
          </Alert>
        )}
        {check.error && (
          <Alert tone="danger" title="Not checked">
            {messageOf(check.error)}
          </Alert>
        )}
        <p className="text-[0.8125rem] text-muted-foreground">
          {minutes === null
            ? "Checked only when somebody asks."
            : `Checked every ${minutes} minutes.`}
        </p>
      </CardContent>
    </Card>
  );
}
