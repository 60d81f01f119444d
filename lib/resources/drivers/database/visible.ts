import { type Conditions, isHiddenColumn } from "../../access/conditions.ts";

/** The columns of a table that one grant shows; null where it does not show the table. */
export function visibleColumns(
  { tables, columns_hidden = [] }: Conditions,
  table: string,
  columns: readonly string[],
): string[] | null {
  if (tables !== undefined && !tables.includes(table)) return null;
  return columns.filter((name) => !isHiddenColumn(columns_hidden, `${table}.${name}`));
}

/** The tables, `schema.table`, that the grants show; null: all. */
export function visibleTables(limits: readonly Conditions[]): string[] | null {
  const named: string[] = [];
  for (const { tables } of limits) {
    if (tables === undefined) return null;
    named.push(...tables);
  }
  return named;
}
