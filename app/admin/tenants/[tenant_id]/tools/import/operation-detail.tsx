"use client";

import { useQuery } from "@tanstack/react-query";
import { Alert } from "#components/ui/alert.tsx";
import { JsonView } from "#components/ui/json-view.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { lineDiff } from "#components/versions/line-diff.ts";
import { VersionDiff } from "#components/versions/version-diff.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import type { ImportOperation } from "#lib/tools/import/openapi/schema.ts";
import { toolLines } from "./tool-lines.ts";

type OperationDetailProps = {
  operation: ImportOperation;
  load: (key: string) => Promise<ImportOperation | undefined>;
};

/** The tool that an operation becomes, and what it would change in the one that is there. */
export function OperationDetail({ operation, load }: OperationDetailProps) {
  const { key, warnings, edited, state } = operation;
  const isWhole = operation.proposed !== null;
  const query = useQuery({
    queryKey: ["openapi-operation", key, load],
    queryFn: async () => (await load(key)) ?? null,
    enabled: !isWhole,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const shown = isWhole ? operation : query.data;
  return (
    <>
      {warnings.length > 0 && (
        <ul className="flex list-disc flex-col gap-1 pl-5 text-muted-foreground text-xs">
          {warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      )}
      {edited && state === "changed" && (
        <Alert tone="warning" title="This tool was changed here since its import">
          Importing it again replaces those changes; its earlier revisions stay.
        </Alert>
      )}
      {query.isError && (
        <Alert tone="danger" title="The definition cannot be read">
          {toFailure(query.error).detail}
        </Alert>
      )}
      {!shown && !query.isError && <Skeleton className="h-40" />}
      {shown?.proposed &&
        (shown.current ? (
          <VersionDiff lines={lineDiff(toolLines(shown.current), toolLines(shown.proposed))} />
        ) : (
          <>
            <p className="whitespace-pre-wrap text-[0.8125rem]">{shown.proposed.description}</p>
            <Part title="Arguments" value={shown.proposed.parameters} />
            <Part title="Request" value={shown.proposed.config} />
            {shown.proposed.output_schema && (
              <Part title="Output schema" value={shown.proposed.output_schema} />
            )}
          </>
        ))}
    </>
  );
}

function Part({ title, value }: { title: string; value: unknown }) {
  return (
    <section className="flex min-w-0 flex-col gap-1.5">
      <h3 className="font-medium text-[0.8125rem]">{title}</h3>
      <JsonView what={title.toLowerCase()} value={value} maxLines={16} />
    </section>
  );
}
