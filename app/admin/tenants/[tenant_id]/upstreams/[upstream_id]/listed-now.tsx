"use client";

import { useQuery } from "@tanstack/react-query";
import { DetailList } from "#components/shell/detail-list.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { countUpstreamCatalog } from "#lib/client/upstreams.ts";

type ListedNowProps = { tenantId: string; upstreamId: string; enabled: boolean };

/** How much the server lists at this moment, asked when the page is looked at. */
export function ListedNow({ tenantId, upstreamId, enabled }: ListedNowProps) {
  const query = useQuery({
    queryKey: ["upstream-catalog-counts", tenantId, upstreamId],
    queryFn: ({ signal }) => countUpstreamCatalog(tenantId, upstreamId, signal),
    enabled,
    retry: false,
    staleTime: 30_000,
    refetchOnWindowFocus: false,
  });
  const error = query.error ? toFailure(query.error).detail : (query.data?.error ?? null);
  const counts = query.data?.counts;
  return (
    <Card>
      <CardHeader>
        <CardTitle>What it lists now</CardTitle>
        <CardDescription>Asked of the server when this page opens.</CardDescription>
      </CardHeader>
      <CardContent aria-busy={query.isLoading} className="flex flex-col gap-3">
        {!enabled && <p className="text-muted-foreground text-sm">It is switched off.</p>}
        {query.isLoading && (
          <>
            <p role="status" className="sr-only">
              The server is asked
            </p>
            <Skeleton className="h-24" />
          </>
        )}
        {error !== null && (
          <>
            <Alert tone="warning" title="It does not say">
              {error}
            </Alert>
            <Button
              variant="outline"
              size="sm"
              className="self-start"
              pending={query.isFetching}
              onClick={() => void query.refetch()}
            >
              Ask again
            </Button>
          </>
        )}
        {counts && (
          <DetailList
            items={[
              { label: "Tools", value: counts.tools },
              { label: "Resources", value: counts.resources },
              { label: "Resource templates", value: counts.resource_templates },
              { label: "Prompts", value: counts.prompts },
            ]}
          />
        )}
      </CardContent>
    </Card>
  );
}
