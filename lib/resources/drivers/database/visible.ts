import type { Limits } from "../limits.ts";

/** The columns of a table that one grant shows; null where it does not show the table. */
export function visibleColumns(
  { tables, hidden_columns = [] }: Limits,
  table: string,
  columns: readonly string[],
): string[] | null {
  if (tables !== undefined && !tables.includes(table)) return null;
  const hidden = new Set(hidden_columns);
  return columns.filter((name) => !hidden.has(name) && !hidden.has(`${table}.${name}`));
}

/** The tables, `schema.table`, that the grants show; null: all. */
export function visibleTables(limits: readonly Limits[]): string[] | null {
  const named: string[] = [];
  for (const { tables } of limits) {
    if (tables === undefined) return null;
    named.push(...tables);
  }
  return named;
}
