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
  const { data, error } = query;
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
        {error && (
          <>
            <Alert tone="warning" title="It does not say">
              {toFailure(error).detail}
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
        {data && (
          <DetailList
            items={[
              { label: "Tools", value: data.tools },
              { label: "Resources", value: data.resources },
              { label: "Resource templates", value: data.resource_templates },
              { label: "Prompts", value: data.prompts },
            ]}
          />
        )}
      </CardContent>
    </Card>
  );
}
