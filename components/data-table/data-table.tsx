import type { ReactNode } from "react";
import { Card } from "#components/ui/card.tsx";
import { cn } from "#components/ui/cn.ts";

export type Column<Row> = {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** `end` for numbers. */
  align?: "end";
  /** On phones a row is a card: `title` heads it, `hidden` leaves it, the rest is label and value. */
  phone?: "title" | "hidden";
  /** Width and the like: "w-32". */
  className?: string;
};

type DataTableProps<Row> = {
  /** Names the table for screen readers: "Tenants". */
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** Last cell of a row, a `RowActions` as a rule. */
  actions?: (row: Row) => ReactNode;
  /** Search and filters, above. */
  toolbar?: ReactNode;
  /** A `Pager`, below. */
  footer?: ReactNode;
  /** An `EmptyState`, shown instead of a table without rows. */
  empty: ReactNode;
};

/** A page of rows that the server has already searched, filtered and cut. */
export function DataTable<Row>({
  label,
  columns,
  rows,
  rowKey,
  actions,
  toolbar,
  footer,
  empty,
}: DataTableProps<Row>) {
  return (
    <Card className="overflow-hidden">
      {toolbar && (
        <div className="flex flex-wrap items-center gap-2 border-b px-3 py-2.5">{toolbar}</div>
      )}
      {rows.length === 0 ? (
        empty
      ) : (
        <div className="relative overflow-x-auto">
          <table aria-label={label} className="w-full border-collapse text-sm max-md:block">
            <thead className="max-md:sr-only">
              <tr className="border-b bg-muted/50">
                {columns.map((column) => (
                  <th
                    key={column.id}
                    scope="col"
                    className={cn(
                      "h-9 whitespace-nowrap px-4 text-left font-medium text-muted-foreground text-xs",
                      column.align === "end" && "text-right",
                      column.className,
                    )}
                  >
                    {column.header}
                  </th>
                ))}
                {actions && (
                  <th scope="col" className="w-12 px-2">
                    <span className="sr-only">Actions</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody className="divide-y max-md:block">
              {rows.map((row) => (
                <tr
                  key={rowKey(row)}
                  className="relative transition-colors hover:bg-accent/40 max-md:block max-md:px-4 max-md:py-3"
                >
                  {columns.map((column) => (
                    <BodyCell key={column.id} column={column} row={row} roomy={Boolean(actions)} />
                  ))}
                  {actions && (
                    <td className="w-12 px-2 py-1.5 text-right max-md:absolute max-md:top-1 max-md:right-1 max-md:w-auto max-md:p-0">
                      {actions(row)}
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {footer}
    </Card>
  );
}

type BodyCellProps<Row> = { column: Column<Row>; row: Row; roomy: boolean };

function BodyCell<Row>({ column, row, roomy }: BodyCellProps<Row>) {
  const { header, align, phone, className, cell } = column;
  return (
    <td
      data-label={header}
      className={cn(
        "px-4 py-2.5 max-md:w-auto max-md:px-0",
        align === "end" && "whitespace-nowrap text-right tabular-nums",
        phone === "hidden" && "max-md:hidden",
        phone === "title" &&
          cn("md:min-w-44 max-md:block max-md:pt-0 max-md:pb-1", roomy && "max-md:pr-10"),
        phone === undefined &&
          "max-md:flex max-md:items-baseline max-md:justify-between max-md:gap-4 max-md:py-0.5 max-md:text-right max-md:text-[0.8125rem] max-md:before:shrink-0 max-md:before:text-muted-foreground max-md:before:text-xs max-md:before:content-[attr(data-label)]",
        className,
      )}
    >
      <div
        className={cn(
          "min-w-0 [overflow-wrap:anywhere]",
          phone !== "title" && "md:[overflow-wrap:break-word]",
        )}
      >
        {cell(row)}
      </div>
    </td>
  );
}
