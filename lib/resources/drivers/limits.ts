/**
 * What one grant lets its holder at, within a resource; each field only narrows, and an absent one
 * narrows nothing. Drivers are given one such object per grant that applies, and allow what one of
 * them allows as a whole: never one grant's tables with another's columns.
 */
export interface Limits {
  /** Of files and API paths: what does not begin with it is as if it were not there. */
  path_prefix?: string | undefined;
  /** Of databases: `schema.table`. */
  tables?: readonly string[] | undefined;
  /** Of databases: `column`, in any table, or `schema.table.column`. */
  hidden_columns?: readonly string[] | undefined;
  /** Of databases: rows in one answer. */
  max_rows?: number | undefined;
}

/** No narrowing at all. */
export const unlimited: readonly Limits[] = [{}];
