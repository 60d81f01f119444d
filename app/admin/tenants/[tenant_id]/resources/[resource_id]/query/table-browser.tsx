"use client";

import { useQuery } from "@tanstack/react-query";
import { KeyRound, Table2 } from "lucide-react";
import { useState } from "react";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card, CardContent, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { messageOf } from "#lib/client/api-error.ts";
import { describeTable, listTables } from "#lib/client/resource-use.ts";
import type { TableSummary } from "#lib/resources/drivers/database/browse-schema.ts";

type BrowserProps = { tenantId: string; resourceId: string; onPick: (sql: string) => void };

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** The tables that may be read, each with its columns once it is opened. */
export function TableBrowser({ tenantId, resourceId, onPick }: BrowserProps) {
  const { data, error } = useQuery({
    queryKey: ["resource-tables", tenantId, resourceId],
    queryFn: ({ signal }) => listTables(tenantId, resourceId, signal),
    retry: false,
  });
  return (
    <Card>
      <CardHeader>
        <CardTitle>Tables</CardTitle>
      </CardHeader>
      <CardContent className="flex flex-col gap-1">
        {error && (
          <Alert tone="danger" title="The tables cannot be read">
            {messageOf(error)}
          </Alert>
        )}
        {!data && !error && <Skeleton className="h-24" />}
        {data?.tables.length === 0 && (
          <EmptyState icon={<Table2 aria-hidden />} title="No table may be read" />
        )}
        {data?.tables.map((table) => (
          <TableEntry
            key={`${table.schema}.${table.name}`}
            {...{ tenantId, resourceId, onPick, table }}
          />
        ))}
        {data?.truncated && (
          <p className="text-muted-foreground text-xs">There are more than are shown.</p>
        )}
      </CardContent>
    </Card>
  );
}

function TableEntry({
  tenantId,
  resourceId,
  onPick,
  table,
}: BrowserProps & { table: TableSummary }) {
  const [open, setOpen] = useState(false);
  const { schema, name, comment } = table;
  const { data, error } = useQuery({
    queryKey: ["resource-columns", tenantId, resourceId, schema, name],
    queryFn: ({ signal }) => describeTable(tenantId, resourceId, { schema, table: name }, signal),
    enabled: open,
    retry: false,
  });
  const label = schema === "public" ? name : `${schema}.${name}`;
  return (
    <details
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      className="min-w-0 text-sm"
    >
      <summary className="cursor-pointer rounded-sm py-1 font-mono text-xs [overflow-wrap:anywhere] focus-visible:outline-2 focus-visible:outline-ring touch:py-3">
        {label}
      </summary>
      <div className="mb-2 ml-1.5 flex flex-col gap-1.5 border-l pl-3 text-xs">
        {comment && <p className="text-muted-foreground">{comment}</p>}
        {error && <p className="text-destructive-text">{messageOf(error)}</p>}
        {!data && !error && <Skeleton className="h-10" />}
        {data?.columns.map((column) => (
          <p key={column.name} className="flex flex-wrap items-center gap-x-1.5">
            <span className="font-mono">{column.name}</span>
            {column.key !== null && <KeyRound aria-label="Primary key" className="size-3" />}
            <span className="text-muted-foreground">{column.type}</span>
          </p>
        ))}
        <Button
          variant="link"
          size="inline"
          className="self-start text-xs touch:py-3"
          aria-label={`Select from ${label}`}
          onClick={() => onPick(`select * from ${quoted(schema)}.${quoted(name)} limit 100`)}
        >
          Select from it
        </Button>
      </div>
    </details>
  );
}
