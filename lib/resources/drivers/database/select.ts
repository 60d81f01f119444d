import { escapeIdentifier } from "pg";
import { AppError, notFound } from "#lib/core/errors.ts";
import type { DriverScope } from "../scope.ts";
import { columnsOfTable } from "./browse.ts";
import {
  type DatabaseConnection,
  operators,
  type ResultSet,
  type SelectInput,
} from "./connection-schema.ts";
import { ask, begin } from "./read.ts";
import { withSession } from "./sessions.ts";
import { visibleColumns } from "./visible.ts";

interface Allowed {
  columns: string[];
  maxRows: number;
}

/** What a question names, in its answer, conditions or order: hidden ones would show in any of them. */
function namedIn({ columns = [], where, order_by }: SelectInput): Set<string> {
  return new Set([
    ...columns,
    ...where.map(({ column }) => column),
    ...order_by.map(({ column }) => column),
  ]);
}

/** By the grant that shows most of those that allow all that is named. */
function allowed(
  { limits }: DriverScope,
  input: SelectInput,
  table: string,
  columns: readonly string[],
  most: number,
): Allowed {
  const seen = limits.flatMap((each) => {
    const visible = visibleColumns(each, table, columns);
    return visible === null
      ? []
      : [{ columns: visible, maxRows: Math.min(each.max_rows ?? most, most) }];
  });
  if (columns.length === 0 || seen.length === 0) throw notFound("table", table);
  const named = namedIn(input);
  const fitting = seen.filter((each) => [...named].every((name) => each.columns.includes(name)));
  const [best] = fitting.sort(
    (a, b) => b.columns.length - a.columns.length || b.maxRows - a.maxRows,
  );
  if (best && best.columns.length > 0) return best;
  const known = new Set(seen.flatMap((each) => each.columns));
  const missing = [...named].find((name) => !known.has(name));
  const what = missing === undefined ? "these columns together" : `a column "${missing}"`;
  throw new AppError("invalid_request", `The table ${table} does not show you ${what}.`);
}

function toSql(input: SelectInput, columns: readonly string[]): { sql: string; params: unknown[] } {
  const params: unknown[] = [];
  const conditions = input.where.map(({ column, op, value }) => {
    const name = escapeIdentifier(column);
    if (op === "is_null") return `${name} is null`;
    if (op === "not_null") return `${name} is not null`;
    params.push(value ?? null);
    return `${name} ${operators[op]} $${params.length}`;
  });
  const order = input.order_by.map(
    ({ column, desc }) => `${escapeIdentifier(column)}${desc ? " desc" : ""}`,
  );
  const parts = [
    `select ${columns.map((name) => escapeIdentifier(name)).join(", ")}`,
    `from ${escapeIdentifier(input.schema)}.${escapeIdentifier(input.table)}`,
    ...(conditions.length > 0 ? [`where ${conditions.join(" and ")}`] : []),
    ...(order.length > 0 ? [`order by ${order.join(", ")}`] : []),
  ];
  return { sql: parts.join("\n"), params };
}

/**
 * Rows of one table without writing SQL, which grants narrowed to tables and columns allow too. A
 * table that no grant shows is `not_found`, like one that is not there. Throws as `queryDatabase`.
 */
export function selectFromTable(
  scope: DriverScope,
  connection: DatabaseConnection,
  input: SelectInput,
): Promise<ResultSet> {
  const { read_login, statement_timeout_ms, max_rows: most } = connection;
  return withSession(scope, read_login, statement_timeout_ms, async (session) => {
    await begin(session, "read only", connection);
    const table = `${input.schema}.${input.table}`;
    const known = await columnsOfTable(session, input.schema, input.table);
    const { columns, maxRows } = allowed(
      scope,
      input,
      table,
      known.map(({ name }) => name),
      most,
    );
    const { sql, params } = toSql(input, input.columns ?? columns);
    return ask(session, connection, {
      ...{ sql, params, cursor: input.cursor },
      maxRows: Math.min(input.max_rows ?? most, maxRows),
    });
  });
}
