import { Rows3 } from "lucide-react";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import type { ResultSet } from "#lib/resources/drivers/database/connection-schema.ts";

type ResultTableProps = {
  result: ResultSet;
  pending: boolean;
  onNext: (cursor: string) => void;
};

function Cell({ value }: { value: unknown }) {
  if (value === null) return <span className="text-muted-foreground italic">null</span>;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Rows as the database gave them; its columns are scrolled sideways, on phones too. */
export function ResultTable({ result, pending, onNext }: ResultTableProps) {
  const { columns, rows, next_cursor: next } = result;
  return (
    <Card className="overflow-hidden">
      {rows.length === 0 ? (
        <EmptyState icon={<Rows3 aria-hidden />} title="No rows" />
      ) : (
        <section aria-label="Result" className="relative max-h-[36rem] overflow-auto">
          <table aria-label="Result" className="w-full border-collapse text-xs">
            <thead className="sticky top-0 bg-muted">
              <tr>
                {columns.map(({ name, type }, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have one name.
                  <th key={at} scope="col" className="whitespace-nowrap px-3 py-2 text-left">
                    <span className="font-medium">{name}</span>{" "}
                    <span className="font-normal text-muted-foreground">{type}</span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody className="divide-y font-mono">
              {rows.map((row, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: rows have no key of their own.
                <tr key={at}>
                  {row.map((value, column) => (
                    <td
                      // biome-ignore lint/suspicious/noArrayIndexKey: as the columns above.
                      key={column}
                      className="max-w-96 truncate px-3 py-1.5"
                      title={typeof value === "string" ? value : undefined}
                    >
                      <Cell value={value} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      <div className="flex min-h-11 items-center justify-between gap-3 border-t px-3 py-1.5 text-muted-foreground text-xs">
        <span role="status">
          {rows.length === 1 ? "1 row" : `${rows.length} rows`}
          {next === null ? "" : ", and there are more"}
        </span>
        {next !== null && (
          <Button variant="outline" size="sm" pending={pending} onClick={() => onNext(next)}>
            Next rows
          </Button>
        )}
      </div>
    </Card>
  );
}
