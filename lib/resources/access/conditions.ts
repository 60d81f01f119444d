/** What a grant is bound to; each condition that is there narrows it, and none ever widens. */
export interface Conditions {
  /** The path and what lies below it: whole segments, neither a slash at an end nor dots. */
  path_prefix?: string | undefined;
  /** Nothing but these tables, each named as the resource's own schema names it. */
  tables?: readonly string[] | undefined;
  /** Never these columns: `column`, `table.column` or `schema.table.column`. */
  columns_hidden?: readonly string[] | undefined;
  /** At most so many rows in one answer. */
  max_rows?: number | undefined;
}

/** What is asked of a resource; a part that is not said is not asked about. */
export interface Use {
  /** Relative to the resource; the empty path is all of it. */
  path?: string | undefined;
  tables?: readonly string[] | undefined;
  /** `table.column`, or with its schema before. */
  columns?: readonly string[] | undefined;
  rows?: number | undefined;
}

const unclean = /[\\\p{Cc}]/u;

/** Whether a path is the prefix or lies below it; one that says more than its segments do is not. */
export function isWithin(prefix: string, path: string): boolean {
  const segments = path.split("/");
  const isClean =
    !unclean.test(path) && segments.every((part) => part !== "" && part !== "." && part !== "..");
  return isClean && (path === prefix || path.startsWith(`${prefix}/`));
}

/** Whether a column, given with its table, is among those hidden; letters' case hides nothing. */
export function isHiddenColumn(hidden: readonly string[], column: string): boolean {
  const named = `.${column.toLowerCase()}`;
  return hidden.some((each) => named.endsWith(`.${each.toLowerCase()}`));
}

/** Whether all of a use is within the conditions of one grant. */
export function permitsUse(conditions: Conditions, use: Use): boolean {
  const { path_prefix, tables, columns_hidden, max_rows } = conditions;
  if (path_prefix !== undefined && use.path !== undefined && !isWithin(path_prefix, use.path)) {
    return false;
  }
  if (tables && use.tables && !use.tables.every((table) => tables.includes(table))) return false;
  if (columns_hidden && use.columns?.some((column) => isHiddenColumn(columns_hidden, column))) {
    return false;
  }
  return max_rows === undefined || use.rows === undefined || use.rows <= max_rows;
}

/** What of a grant's conditions only a driver can hold to, which knows the rows within the bytes. */
export function needsDriver({ tables, columns_hidden, max_rows }: Conditions): boolean {
  return tables !== undefined || columns_hidden !== undefined || max_rows !== undefined;
}
